/* Compiles the program, whose address is this worker's name, so that the page moves
   meanwhile. It posts how many bytes have come, then the module; or, as a text, why there
   is none. A module that cannot leave the worker is null: the page makes it then.
   ES2017, no library. */
(async () => {
  "use strict";
  // counted passes an answer on and tells how much of it has come.
  function counted(answer) {
    const reader = answer.body.getReader();
    let bytes = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        bytes += value.length;
        postMessage(bytes);
        controller.enqueue(value);
      },
    }), { headers: { "Content-Type": "application/wasm" } });
  }

  let made;
  try {
    const answer = await fetch(self.name);
    if (!answer.ok) {
      throw Error(answer.status);
    }
    made = WebAssembly.compileStreaming ? await WebAssembly.compileStreaming(counted(answer)) :
      await WebAssembly.compile(await counted(answer).arrayBuffer());
  } catch (failed) {
    postMessage(String(failed));
    return;
  }
  try {
    postMessage(made);
  } catch (kept) {
    postMessage(null);
  }
})();
