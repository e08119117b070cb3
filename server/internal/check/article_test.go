package check

import (
	"strings"
	"testing"
	"time"
)

func TestQuantities(t *testing.T) {
	for text, want := range map[string]bool{
		"crece un 40 % al año": true, "un 40% más": true, "40 per cent": true, "el 3 por ciento": true, "3,5 kg": true,
		"in 1998 it began": true, "cuesta 12 €": true, "$12": true, "12 USD": true, "a 5-minute walk": true, "5 Minuten": true,
		"12,5 km/h": true, "hace 20\u00a0años": true, "90° al norte": true, "8 GB": true, "3 Millionen": true,
		"3 Milliarden Euro": true, "30 Einwohner": true, "dix pour cent": false, "10 pour cent": true, "400 habitants": true,
		"2 bilhões de reais": true, "10 por cento": true, "5 abitanti": true, "il 7 percento": true, "12 volte": true,
		"section 2.1": false, "version 3": false, "capítulo 12": false, "": false, "12": false, "a12 km": false,
		"http2 s": false, "0042": false, "99999": false, "por ciento": false,
	} {
		if got := hasQuantity([]byte(text)); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// The first article of the Universal Declaration of Human Rights, and the second in part.
func TestTheLanguageOfAPageThatDoesNotSayIt(t *testing.T) {
	for text, want := range map[string]string{
		"All human beings are born free and equal in dignity and rights. They are endowed with reason and " +
			"conscience and should act towards one another in a spirit of brotherhood. Everyone is entitled to " +
			"all the rights and freedoms set forth in this Declaration, without distinction of any kind, such as " +
			"race, colour, sex, language, religion.": "en",
		"Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón " +
			"y conciencia, deben comportarse fraternalmente los unos con los otros. Toda persona tiene todos los " +
			"derechos y libertades proclamados en esta Declaración, sin distinción alguna de raza, color, sexo, " +
			"idioma, religión.": "es",
		"Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen " +
			"begabt und sollen einander im Geist der Brüderlichkeit begegnen. Jeder hat Anspruch auf die in " +
			"dieser Erklärung verkündeten Rechte und Freiheiten ohne irgendeinen Unterschied, etwa nach Rasse, " +
			"Hautfarbe, Geschlecht, Sprache, Religion.": "de",
		"Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et " +
			"de conscience et doivent agir les uns envers les autres dans un esprit de fraternité. Chacun peut se " +
			"prévaloir de tous les droits et de toutes les libertés proclamés dans la présente Déclaration, sans " +
			"distinction aucune.": "fr",
		"Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão e de " +
			"consciência, devem agir uns para com os outros em espírito de fraternidade. Todos os seres humanos " +
			"podem invocar os direitos e as liberdades proclamados na presente Declaração, sem distinção alguma, " +
			"nomeadamente de raça, de cor.": "pt",
		"Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e " +
			"di coscienza e devono agire gli uni verso gli altri in spirito di fratellanza. Ad ogni individuo " +
			"spettano tutti i diritti e tutte le libertà enunciate nella presente Dichiarazione, senza " +
			"distinzione alcuna, per ragioni di razza.": "it",
		"Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd met verstand " +
			"en geweten, en behoren zich jegens elkander in een geest van broederschap te gedragen. Een ieder " +
			"heeft aanspraak op alle rechten en vrijheden, in deze Verklaring opgesomd, zonder enig onderscheid " +
			"van welke aard ook.": "",
		"Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni " +
			"rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa. Każdy człowiek posiada " +
			"wszystkie prawa i wolności zawarte w niniejszej Deklaracji bez względu na jakiekolwiek różnice rasy, " +
			"koloru, płci, języka, wyznania.": "",
		"Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft og " +
			"samvittighed, og de bør handle mod hverandre i en broderskabets ånd. Enhver har krav på alle de " +
			"rettigheder og friheder, som nævnes i denne erklæring, uden forskelsbehandling af nogen art, for " +
			"eksempel på grund af race, farve, køn.": "",
		"Tots els éssers humans neixen lliures i iguals en dignitat i en drets. Són dotats de raó i de " +
			"consciència, i han de comportar-se fraternalment els uns amb els altres. Tothom té tots els drets i " +
			"llibertats proclamats en aquesta Declaració, sense cap distinció de raça, color, sexe, llengua, " +
			"religió, opinió política.": "",
		"Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve " +
			"birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler. Herkes, ırk, renk, cinsiyet, dil, " +
			"din, siyasal veya başka bir görüş gözetilmeksizin bu Bildirge ile ilan olunan bütün haklardan ve " +
			"bütün özgürlüklerden yararlanabilir.": "",
		"All the words and": "", "": "",
	} {
		if got := Parse(on("<p>" + text)).knowsLanguage(); got != (want != "") {
			t.Errorf("%.40s: got %v", text, got)
		}
		if got := Parse(on("<p>" + strings.Repeat(text+" ", 4))).Sounds; got != want {
			t.Errorf("%.40s: sounds %q, want %q", text, got, want)
		}
	}
	if p := Parse(on("<html lang=PL><p>" + strings.Repeat("the word and you ", 20))); p.knowsLanguage() {
		t.Error("its words were believed more than what it says")
	}
}

func TestBylines(t *testing.T) {
	for line, want := range map[string]bool{
		"By Ana Ruiz": true, "Por Ana Ruiz, 3 de mayo": true, "Posted on May 3 by Ana": true, "Autor: Ana": true,
		"Von Anna Graf": true, "par Émile Zola": true, "a cura di Ugo Foscolo": true, "BY ANA": true,
		"Autorin: Eva": true, "Verfasser: Jan Weiß": true, "Publié le 3 mai par Zoé": true, "Autoria: João": true,
		"Scritto da Marta": true, "da Marta": false, "von der Leine": false, "par exemple": false, "por ejemplo": false,
		"By default it is off": false, "stand by": false, "Bypass Road": false, "por": false, "": false,
	} {
		if got := isByline([]byte(line)); got != want {
			t.Errorf("%q: got %v", line, got)
		}
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"2024-05-03": "2024-05-03", "2024-05-03T10:11:12+02:00": "2024-05-03", "2024/5/3": "2024-05-03", "2024.05.03": "2024-05-03",
		"May 3, 2024": "2024-05-03", "3 May 2024": "2024-05-03", "3rd of May 2024": "2024-05-03",
		"Fri, 03 May 2024 10:00 GMT": "2024-05-03",
		"3 de mayo de 2024":          "2024-05-03", "3. März 2024": "2024-03-03", "le 1er août 2024": "2024-08-01",
		"3 dicembre 2024": "2024-12-03",
		"3. Jänner 2024":  "2024-01-03", "3. Dez. 2024": "2024-12-03", "15 févr. 2024": "2024-02-15",
		"1 de fevereiro de 2024": "2024-02-01",
		"3 out. 2024":            "2024-10-03", "10 giugno 2024": "2024-06-10", "3 sett. 2024": "2024-09-03",
		"03.05.2024": "2024-05-03", "31/12/2024": "2024-12-31", "12/31/2024": "2024-12-31", "3.4.2024": "2024-04-03",
		"4/3/2024":  "2024-04-03", // either 3 April or 4 March
		"June 2024": "2024-06-30", "febrero de 2024": "2024-02-29",
		"May 3, 2024, updated 2025-01-02, since 2023-01-01": "2025-01-02",
		"": "", "2024": "", "in 2024 we": "", "12345-01-02": "", "2024-13-45": "", "30.02.2024": "", "May 3, 1808": "",
		"chapter 5 2024": "",
		"2024-05":        "", "call 555-2024": "", "you may see 2024 of them": "", "© 2019–2024": "",
	} {
		got := ""
		if day, ok := newestDate([]byte(text)); ok {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// article1 is a page of an article with more beside its text.
func article1(head, body string) *Page {
	return Parse(on(`<html lang=es><head><title>Pan</title>` + head + `</head><body><h1>Pan</h1><p>` + loremWords + `</p>` + body))
}

func TestAuthorsAndDatesAreFoundWhereSitesPutThem(t *testing.T) {
	for _, c := range []struct {
		head, body   string
		author, date bool
	}{
		{},
		{head: `<meta name=author content=Ana>`, author: true},
		{head: `<meta name=author content=" ">`},
		{head: `<link rel=author href=/ana>`, author: true},
		{body: `<a rel="nofollow author" href=/ana>Ana</a>`, author: true},
		{body: `<span class="post-meta c-Byline">Ana</span>`, author: true},
		{body: `<span class="entry-author">Ana</span>`, author: true},
		{body: `<span class="authorization">x</span>`},
		{body: `<b itemprop=author>Ana</b>`, author: true},
		{body: `<b property="schema:creator">Ana</b>`, author: true},
		{body: `<article><address>Ana</address></article>`, author: true},
		{body: `<address>Calle Mayor</address>`},
		{body: `<div>Por <a href=/ana>Ana</a></div>`, author: true},
		{body: `<nav>Por Ana</nav>`, author: true},
		{body: `<div hidden class=author>Por Ana</div>`},
		{head: `<script type="application/ld+json">{"@type":"WebPage","creator":"Ana"}</script>`, author: true},
		{head: `<script type="application/ld+json">{"@type":"Product","review":{"@type":"Review","author":"Ana","datePublished":"2024-01-01"}}</script>`},
		{head: `<meta property="article:modified_time" content="2024-05-03T00:00:00Z">`, date: true},
		{head: `<meta http-equiv=last-modified content="Fri, 03 May 2024 10:00:00 GMT">`, date: true},
		{head: `<meta name=date content=mañana>`},
		{body: `<time datetime="2024-05-03">hace poco</time>`, date: true},
		{body: `<b itemprop=datePublished content="2024-05-03">hace poco</b>`, date: true},
		{body: `<div>3 de <b>mayo</b> de 2024</div>`, date: true},
		{body: `<footer>Actualizado: 2024-05-03</footer>`, date: true},
		{body: `<p>nació el 3 de mayo de 1808</p>`},
		{head: `<script type="application/ld+json">{"@type":"VideoObject","uploadDate":"2024-05-03"}</script>`, date: true},
	} {
		p := article1(c.head, c.body)
		if r := knownArticle(p); r != applies {
			t.Fatalf("not an article: %s", r)
		}
		if author, date := noAuthor(p) == nil, noDate(p) == nil; author != c.author || date != c.date {
			t.Errorf("%s%s: author %v, date %v, want %v, %v", c.head, c.body, author, date, c.author, c.date)
		}
	}
}

func TestSourcesAreThoseOfTheText(t *testing.T) {
	for body, want := range map[string]bool{
		``: false, `<a href="/c">x</a>`: false, `<a href="https://www.sitio.example/c">x</a>`: false,
		`<a href="https://otro.example/">x</a>`:                              true,
		`<nav><a href="https://otro.example/">x</a></nav>`:                   false,
		`<footer><a href="https://otro.example/">x</a></footer>`:             false,
		`<nav><a href="//o.example/">x</a></nav><a href="//o.example">x</a>`: true,
		`<cite>x</cite>`: true, `<footer><cite>x</cite></footer>`: false,
		`<blockquote cite="https://otro.example/">x</blockquote>`: true,
		`<a href="#n1" role="doc-noteref">1</a>`:                  true, `<ol class="Footnotes"><li>x</ol>`: true,
		`<iframe src="https://otro.example/"></iframe>`: false,
	} {
		if got := noSources(article1("", body)) == nil; got != want {
			t.Errorf("%s: got %v", body, got)
		}
	}
}

func TestAnArticleIsMainlyParagraphsUnderOneHeading(t *testing.T) {
	words := strings.Repeat("la masa reposa toda la noche ", 50) // 300
	few := strings.TrimPrefix(words, "la ")
	for body, want := range map[string]Reason{
		`<h1>x</h1><p>` + few:                                           applies, // the heading is a word too
		`<h1>x</h1><p>` + few[5:]:                                       NotArticle,
		`<h1>x</h1><h1>y</h1><p>` + words:                               NotArticle,
		`<h1></h1><h1>y</h1><p>` + words:                                applies,
		`<p>` + words:                                                   NotArticle,
		`<h1>x</h1><ul><li>` + words + `</ul><p>` + words:               NotArticle,
		`<h1>x</h1><ul><li>` + few[:500] + `</ul><p>` + words:           applies,
		`<h1>x</h1><p>` + words + `<nav><p>` + words + words + `</nav>`: applies,
	} {
		if got := article(Parse(on(body))); got != want {
			t.Errorf("%.40s: got %q, want %q", body, got, want)
		}
	}
}

// A page is as old as its newest date, whatever it tells of.
func TestOnlyOldPagesAreStale(t *testing.T) {
	old, recent := `<meta name=date content=2020-01-01>`, `2026-01-01`
	for _, c := range []struct {
		head, body string
		reason     Reason
		stale      bool
	}{
		{old, "", applies, true},
		{`<meta name=date content=2024-11-27>`, "", applies, false},
		{old, `<time datetime=` + recent + `>hoy</time>`, applies, false},
		{old, `<nav>` + recent + `</nav>`, applies, false},
		{old, `<p>` + loremWords + recent + `</p>`, applies, false},
		{"", `<p>2020-01-01</p>`, applies, true},
		{"", `<p>` + loremWords + `2020-01-01</p>`, NoDate, false},
		{"", `<time datetime=2020-01-01>entonces</time>`, NoDate, false},
		{"", `<footer>2020-01-01</footer>`, NoDate, false},
		{"", `<p>El horno se encendió el 3 de mayo de 2019.</p>`, NoDate, false},
		{"", `<p>It opened in May 2019.</p>`, NoDate, false},
		{"", `<p>Madrid, 3 de mayo de 2019</p>`, applies, true},
		{"", `<p>Por Ana Ruiz Panadera, 3 de mayo de 2019</p>`, applies, true},
		{"", `<ul><li>2019-05-03<li>2019-05-03<li>2019-05-03</ul>`, NoDate, false},
		{"", `<p>Aktualisiert am 3. Mai 2019</p>`, applies, true},
		{"", `<p>Mis à jour le 3 mai 2019</p>`, applies, true},
		{"", `<p>Atualização: 3 de maio de 2019</p>`, applies, true},
		{"", `<p>Ultimo aggiornamento: 3 maggio 2019</p>`, applies, true},
	} {
		p := article1(c.head, c.body)
		reason := dated(p)
		if reason != c.reason || reason == applies && (staleDate(p) != nil) != c.stale {
			t.Errorf("%s %.60s: reason %q", c.head, c.body, reason)
		}
	}
	p := article1(old, "")
	p.FetchedAt = time.Time{}
	if staleDate(p) != nil {
		t.Error("without a day of today nothing is old")
	}
}

func TestStuffing(t *testing.T) {
	filler := strings.Repeat("la masa reposa toda la noche ", 50)
	page := func(title, headings, word string, n int) *Page {
		return Parse(on(`<html lang=es><title>` + title + `</title>` + headings + `<p>` + filler + strings.Repeat(word+" ", n)))
	}
	for _, c := range []struct {
		name string
		p    *Page
		want bool
	}{
		{"stuffed", page("Zapatos baratos", "<h1>Zapatos</h1>", "ZAPATOS", 21), true},
		{"often", page("Zapatos baratos", "<h1>Zapatos</h1>", "zapatos", 17), false},
		{"not in the title", page("Calzado", "<h1>Zapatos</h1>", "zapatos", 40), false},
		{"not in the main heading", page("Zapatos", "<h1>Calzado</h1><h2>Zapatos</h2>", "zapatos", 40), false},
		{"in few headings", page("Zapatos", "<h1>Zapatos</h1>"+strings.Repeat("<h2>Otra cosa</h2>", 3), "zapatos", 40), false},
		{"in many headings", page("Zapatos", "<h1>Zapatos</h1><h2>Zapatos rojos</h2><h2>Otra cosa</h2>", "zapatos", 40), true},
		{"a common word", page("Para todos", "<h1>Para todos</h1>", "para", 80), false},
		{"a part of a word", page("Pan", "<h1>Pan</h1>", "panes", 80), false},
		{"a part of a name", page("Pan", "<h1>Pan</h1>", "send-pan pan_rico", 40), false},
		{"accents", page("Jardín", "<h1>Jardín</h1>", "JARDÍN", 40), true},
	} {
		if r := stuffable(c.p); r != applies {
			t.Fatalf("%s: does not apply: %s", c.name, r)
		}
		if got := keywordStuffing(c.p) != nil; got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
