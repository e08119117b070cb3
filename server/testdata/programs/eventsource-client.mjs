import { createEventSource } from "eventsource-client";
import { followed, say } from "./say.mjs";

let silence;
createEventSource({
  url: process.argv[2],
  onMessage: ({ event, id, data }) => {
    if (event === undefined) say({ lastEventId: id, data });
  },
  // The library does not say that it has given up. It has when nothing is asked for any
  // more, and it asks again after two seconds if it has not.
  fetch: async (url, options) => {
    clearTimeout(silence);
    const answer = await fetch(url, options);
    if (answer.status === 204) silence = setTimeout(followed, 3000);
    return answer;
  },
});
