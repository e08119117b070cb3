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

  // runtime brings the script that runs programs, which the browser has from the page.
  function runtime() {
    const [, version] = /\/v-(\w+)\//.exec(self.location.pathname);
    importScripts("/wasm_exec.js?v=" + version);
  }

  // setUp has the program set itself up here, as far as its first pause. V8 compiles a
  // function when it is first called, which is a good part of what a start costs, and
  // all who have a module share what was compiled.
  async function setUp(module) {
    const go = new Go();
    go.run(await WebAssembly.instantiate(module, go.importObject));
    go._resume = () => {}; // it does not go on
  }

  let made;
  try {
    const asked = fetch(self.name);
    try {
      runtime();
    } catch (missing) {
      // The program sets itself up in the page alone.
    }
    const answer = await asked;
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
    await setUp(made);
  } catch (failed) {
    // Likewise.
  }
  try {
    postMessage(made);
  } catch (kept) {
    postMessage(null);
  }
})();
