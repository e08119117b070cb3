/* Runs first, in whatever browser asks, so it is written in the JavaScript of
   1999. Browsers that cannot run the app are sent to the plain pages before it
   could fail; ?old has these say why. The look of the page is set before its first
   paint. */
(function () {
  /* The server draws pages in the look that the reader chose (ui/look.go); the shell that
     the service worker keeps may have been drawn before the choice. */
  function choose(pattern, attribute) {
    var found = pattern.exec(document.cookie);
    if (found) {
      document.documentElement.setAttribute(attribute, found[1]);
    } else {
      document.documentElement.removeAttribute(attribute);
    }
  }
  choose(/(?:^|; )atalaya_theme=(light|dark)(?:;|$)/, "data-theme");
  choose(/(?:^|; )atalaya_density=(compact)(?:;|$)/, "data-density");

  /* One function that truncates a float with saturation, extends a sign and
     fills memory: three instructions that Go's compiler always emits and that
     WebAssembly did not have from the start. */
  var program = [
    0, 97, 115, 109, 1, 0, 0, 0,
    1, 4, 1, 96, 0, 0,
    3, 2, 1, 0,
    5, 3, 1, 0, 1,
    10, 22, 1, 20, 0,
    67, 0, 0, 0, 0, 252, 0, 192, 26,
    65, 0, 65, 0, 65, 0, 252, 11, 0, 11
  ];

  function able() {
    try {
      return typeof fetch === "function" &&
        typeof Promise === "function" &&
        typeof ReadableStream === "function" &&
        typeof TextDecoder === "function" &&
        typeof URLSearchParams === "function" &&
        typeof WebAssembly === "object" &&
        WebAssembly.validate(new Uint8Array(program));
    } catch (e) {
      return false;
    }
  }

  if (!able()) {
    var audit = /^\/audits\/([0-9]+)(\/|$)/.exec(location.pathname);
    location.replace((audit ? "/audits/" + audit[1] + "/basic" : "/basic") + "?old=1");
  }
})();
