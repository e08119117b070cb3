import { EventSource } from "eventsource";
import { followed, say } from "./say.mjs";

const stream = new EventSource(process.argv[2]);
stream.onmessage = say;
stream.onerror = (e) => {
  if (e.code === 204) followed();
};
