// Package web holds what browsers load as files: the style sheets, the icons,
// the manifest in both languages, the service worker, the scripts and the built
// client, all embedded into the server's binary.
//
// The script watch.js keeps a page of the server true until the client runs and
// whenever it cannot, loads the client and watches it; what it needs to know of a
// page is made by app/ui/watch.go. compile.js is the worker in which it has the
// client compiled, and set up as far as its first pause, so that the page moves
// meanwhile; where no worker can, the page does both. old.js sends browsers that cannot
// run the client to the plain pages, and gives a page the look that was chosen.
// licences.txt is written by ./licences. swagger-ui is npm's swagger-ui-dist, as it was
// published; reference.js has it draw the API.
//
// The folder static is source. The folder build is made by `make client`, which
// compiles ./app with the stand-ins of ./web/slim and runs ./web/pack, and is
// ignored by git apart from one empty file that lets a fresh clone compile;
// [Files.HasClient] tells the two apart. `make build` and `make dist` also put the archive
// of the sources there, which ./source makes and the settings lead to; without it its
// address is 404.
//
// Every file has two addresses. Under /web/ it is revalidated at each use.
// Under /web/v-<version>/ it may be kept for ever, because [Files.Version] is a
// hash over all of them; pages and the service worker use this one, through
// [Files.Resolve]. The address of another version answers with the file of this
// one, to be revalidated: while a release is being rolled out over several
// processes, a page may meet the wrong one, and a slightly wrong style sheet is
// better than none.
//
// A compressed file is used only if its index says that it was made from the
// very source embedded beside it, so forgetting to pack costs bytes, never
// correctness. A compressed script lacks the comments and the indentation of its
// source.
//
// Everything is read once, at the first call of [Embedded]; afterwards all
// methods are read-only and safe for concurrent use.
package web
