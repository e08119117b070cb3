// What a program says about each state of an audit, for the test to read.
export function say({ lastEventId, data }) {
  console.log(lastEventId, JSON.parse(data).progress);
}

// followed ends a program that heard that nothing more will come.
export function followed() {
  console.log("followed");
  process.exit(0);
}
