package check

import (
	"bytes"
	"strings"
	"time"
)

// The words by which checks know a language: English, Spanish, German, French,
// Portuguese and Italian together. A check whose fault could be a word that is not
// here does not apply to pages in other languages.

// knownLanguages are the primary subtags of the languages of these lists.
var knownLanguages = wordSet("en es de fr pt it")

// monthNames are the names and short names of months in lower case.
var monthNames = func() map[string]time.Month {
	names := map[string]time.Month{}
	for i, list := range [...]string{
		"january jan enero ene januar jänner jän janvier janv janeiro gennaio gen",
		"february feb febrero februar feber février fevrier févr fevr fév fev fevereiro febbraio",
		"march mar marzo märz maerz mrz mars março marco",
		"april apr abril abr avril avr aprile",
		"may mayo mai maio maggio mag",
		"june jun junio juni juin junho giugno giu",
		"july jul julio juli juillet juil julho luglio lug",
		"august aug agosto ago août aout",
		"september sep sept septiembre setiembre septembre setembro set sett settembre",
		"october oct octubre oktober okt octobre outubro out ottobre ott",
		"november nov noviembre novembre novembro",
		"december dec diciembre dic dezember dez décembre déc decembre dezembro dicembre",
	} {
		for name := range strings.FieldsSeq(list) {
			names[name] = time.Month(i + 1)
		}
	}
	return names
}()

// dateJoins stand between the parts of a written date.
var dateJoins = wordSet("de del of the di do")

// dateWords stand beside a date and say that it is the page's own.
var dateWords = wordSet(`
	dated updated update published publication posted modified revised revision reviewed written created edited changed
	actualizado actualizada actualización publicado publicada publicación modificado modificada modificación
	revisado revisada revisión escrito escrita creado creada editado editada
	stand aktualisiert aktualisierung veröffentlicht veröffentlichung geändert änderung erstellt überarbeitet
	bearbeitet erschienen verfasst publiziert
	veröffentlichungsdatum aktualisierungsdatum änderungsdatum erscheinungsdatum erstellungsdatum
	publié publiée modifié modifiée modification actualisé actualisée actualisation rédigé rédigée
	jour révisé révisée écrit créé créée posté postée
	atualizado atualizada atualização publicação modificação revisto revisão criado criada
	aggiornato aggiornata aggiornamento pubblicato pubblicata pubblicazione modificato modificata modifica scritto scritta
	creato creata rivisto revisionato`)

// dateNouns stand beside a date of anything.
var dateNouns = wordSet("date fecha datum data")

// datedThings are what dates are of that are not the page's, in records and announcements:
// who sees one beside a date does not take it for that of the page.
var datedThings = wordSet(`
	invoice invoices receipt bill order ordered payment paid due delivery delivered shipping shipped birth born event
	booking booked reservation expiry expires expiration deadline departure arrival ticket
	factura facturas recibo pedido pago pagado pagada vencimiento vence entrega envío nacimiento evento reserva
	caducidad plazo salida llegada
	rechnung rechnungen quittung bestellung bestellt zahlung bezahlt fällig fälligkeit lieferung geliefert geburt geboren
	veranstaltung buchung gebucht reservierung abreise anreise
	facture factures reçu commande paiement payé payée échéance livraison expédition naissance événement évènement
	réservation départ arrivée
	fatura recibo encomenda pagamento pago vencimento envio nascimento evento chegada partida
	fattura fatture ricevuta ordine pagamento pagato pagata scadenza consegna spedizione nascita prenotazione partenza
	arrivo`)

// recordWords name a page that shows a record with dates of its own.
var recordWords = wordSet("invoice receipt factura recibo rechnung quittung facture fatura fattura ricevuta")

// recordTypes are the types of such records; those of events end in Event.
var recordTypes = wordSet("Invoice Order Reservation Ticket ParcelDelivery")

// synopses are the headings under which manuals show how a command is called.
var synopses = wordSet("synopsis sinopsis übersicht sinopse sintassi")

// senderWords are what stands before the sender of a mail.
var senderWords = wordSet("from de von da")

// bylineWords stand before the name of an author.
var bylineWords = []string{
	"by", "author", "authors", "por", "autor", "autora", "autores", "autoria", "von", "autorin", "autoren", "verfasser",
	"verfasserin", "par", "auteur", "auteure", "autrice", "auteurs", "di", "autore", "autori", "scritto da",
	"pubblicato da",
}

// authorClasses are parts of the class names of bylines.
var authorClasses = []string{"author", "autor", "auteur", "verfasser", "autrice", "byline"}

// units follow a number and make a quantity of it, in lower case.
var units = wordSet(`
	km m cm mm nm µm kg g mg t l ml cl km² m² m³ km/h mph ft in mi yd lb lbs oz gal acre acres ha ms µs ns
	s min h hz khz mhz ghz w kw mw gw kwh mwh v a ma mah bit bits byte bytes kb mb gb tb pb kib mib gib px dpi fps
	mbps gbps kbit mbit gbit pt rpm bar hpa pa n j kj kcal cal k c f usd eur gbp chf x
	percent pct prozent porcento percento
	euro euros dollar dollars dólares pound pounds peso pesos franken francs reais
	second seconds minute minutes hour hours day days week weeks month months year years decade decades century
	segundo segundos minuto minutos hora horas día días dia dias semana semanas mes meses año años ano anos siglo siglos
	sekunde sekunden minuten stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren
	seconde secondes heure heures jour jours semaine semaines mois an ans année années siècle siècles
	mês século séculos secondo secondi minuti ora ore giorno giorni settimana settimane mese mesi anno anni secolo
	thousand million millions billion billions trillion mil millón millones milhão milhões bilhão bilhões trilhões
	tausend million millionen milliarde milliarden mille millions milliard milliards mila milione milioni miliardo miliardi
	people users persons personas usuarios personen menschen nutzer personnes utilisateurs pessoas usuários persone
	utenti inhabitants habitantes einwohner habitants abitanti customers clientes kunden clients clienti
	times veces mal fois vezes volte degrees grados grad degrés graus gradi
	meter meters metre metres metro metros mètre mètres metri kilometer kilometers kilometre kilometres kilómetro
	kilómetros kilomètres quilômetros chilometri mile miles millas feet inch inches gram grams gramos gramm grammes
	gramas grammi kilo kilos kilogram kilograms liter liters litre litres litro litros litri ton tons tonne tonnes
	toneladas tonnen tonnellate watt watts volt volts`)

// unitPhrases are units of several words.
var unitPhrases = []string{"per cent", "por ciento", "por cento", "per cento", "pour cent"}

// commonWords say nothing of what a text is about: articles, pronouns, prepositions,
// conjunctions and the commonest verbs.
var commonWords = wordSet(`
	the and for are but not you all any can had her was one our out has him his how its may new now old see two way who
	did get let say she too use that with have this will your from they know want been good much some time very when
	come here just like long make many more only over such take than them well were what which about would there their
	could other after first also into these then where does most should because through between before while each both
	same why
	los las del una uno unos unas que por con para como más mas pero sus este esta esto estos estas ese esa eso esos
	esas entre cuando muy sin sobre también tambien hasta hay donde quien desde todo todos toda todas nos durante les
	contra otros otras otro otra fue era son está están ser tiene porque cada así puede cual según aquí ahora allí
	antes después aunque aún bajo cómo dónde cuándo qué quién dos ella ellas ellos había han hace hacer
	incluso luego mejor menos mientras misma mismo mucho muchos mucha muchas nada nosotros nuestra nuestro nuestras
	nuestros pueden poco siempre sido siendo sino solo sólo tan tanto tener tienen través tus usted ustedes vez
	der die das und den dem des ein eine einer eines einem einen ist sind war von mit auf für sich nicht auch als nach
	bei aus wie wird werden wurde sie ich wir ihr zum zur über durch oder aber nur noch kann hat haben mehr wenn dass
	diese dieser dieses sein seine bis vor dann alle können also andere anderen anderer beim bereits besser bin bitte
	damit danach daran darauf daraus dazu dein deine deinem deinen deiner denn deren dessen dich diesem diesen dir doch
	dort durfte etwa etwas euch euer eure ganz gegen gibt habe hatte hatten hier ihm ihn ihnen ihre ihrem ihren ihrer
	immer indem jede jedem jeden jeder jedes jetzt kein keine keinen konnte könnte machen man mein meine mir mit muss
	müssen neben neue neuen ohne schon sehr seinem seinen seiner seit sind soll sollte sondern sonst unser unsere
	unserem unseren unserer unter viel viele wann warum weil weiter welche welcher welches wenig wieder will wollen
	wurden würde zwei zwischen
	les des une est pas pour dans qui que sur plus par avec son ses sont cette ces mais aux leur elle nous vous ils
	tout tous comme même être fait sans peut ont été entre aussi bien très dont donc où leurs notre votre afin ailleurs
	ainsi alors après assez aucun aucune autre autres avant avez avoir avons ceci cela celle celles celui ceux chaque
	chez comment contre depuis déjà deux devez doit doivent encore enfin était étaient êtes eux faire fois ici jamais
	jusque lorsque lui maintenant mes moi moins mon nos parce parfois pendant peu peuvent plusieurs pourquoi pouvez
	pouvoir près puis quand quel quelle quelles quelque quelques quels quoi sera seront seulement si soit sommes sous
	souvent suis tandis toujours toute toutes trop vers voici voilà vos vraiment
	não nao uma umas uns dos das aos com por mais como mas foi ele ela tem seu sua quando muito nos já está também pelo
	pela até isso entre depois sem mesmo seus quem nas outros outras todos todas podem esse eles você essa num nem suas
	meu às minha têm são ser agora ainda além algum alguma alguns algumas antes aqui assim cada contra deve devem desde
	disso dela dele deles dessa desse desta deste duas dois ela elas era eram estão estar estava esta este estes estas
	fazer foram havia isto lhe melhor menos meus minhas muita muitas muitos nada nessa nesse nesta neste nossa nosso
	nossas nossos nunca onde para pelas pelos pode porque pouco qual qualquer quais sempre sendo sido sob sobre tanto
	tão tem ter teve tinha toda todo tudo vez vocês vai
	gli che non per con una del della delle dei degli dal dalla nel nella sono come più anche alla alle agli questo
	questa questi queste suo sua loro essere dopo tra fra quando molto tutti tutto dove chi così può ogni senza adesso
	alcuni alcune allo ancora altra altre altri altro avere aveva bene cosa cui dagli dalle dallo dello
	deve devono due ecco era erano essa esse essi fare fino già hai hanno invece lei lui mai meglio meno mentre mia mie
	miei mio molta molte molti nei negli nelle nello nessun nessuna noi nostra nostri nostro nulla oggi oltre oppure
	perché però piu poco poi possono prima proprio qua qual quale quali qualche quanto quasi quella quelle quelli quello
	qui sarà sei sempre siamo siano sopra sotto stata state stati stato stesso sugli sui sul sulla sulle
	tanto tua tue tuo tuoi tutta tutte uno vostra vostro verso via voi volta`)

// aboutWords are the last parts of addresses of pages that tell who stands behind a site.
var aboutWords = wordSet(`
	about about-us aboutus about-me company who-we-are our-story acerca acerca-de sobre sobre-mi sobre-nosotros nosotros
	quienes-somos quiénes-somos empresa ueber-uns uber-uns über-uns ueber-mich unternehmen a-propos apropos
	qui-sommes-nous entreprise sobre-nos sobre-nós quem-somos chi-siamo chi-sono azienda wir-ueber-uns wir-über-uns
	unsere-geschichte nuestra-historia notre-histoire nossa-historia nossa-história la-nostra-storia`)

// doorWords are parts of the addresses of pages to sign in, without dashes and with a slash at
// their end.
var doorWords = []string{
	"login", "logon", "signin", "signup", "register", "account", "auth", "password", "admin", "sso", "lockscreen",
	"registro", "acceso", "acceder", "entrar", "iniciarsesion", "cuenta", "contraseña", "contrasena",
	"anmeld", "einloggen", "registrier", "konto", "passwort",
	"connexion", "connecter", "identification", "inscription", "compte", "motdepasse",
	"conta/", "iniciarsessao", "cadastr", "senha",
	"accedi", "accesso", "registra", "iscriviti", "iscrizione",
}

// formWords are parts of the titles and headings of pages that make accounts, or show what
// forms look like.
var formWords = []string{
	"demo", "example", "validation", "sign up", "signup", "register", "registration", "create an account",
	"create account",
	"ejemplo", "validación", "regístr", "registro", "crear cuenta", "crea tu cuenta", "crear una cuenta",
	"beispiel", "validierung", "registrier", "konto erstellen", "konto anlegen",
	"exemple", "inscri", "créer un compte", "créez votre compte",
	"exemplo", "validação", "cadastr", "registe", "registrar", "criar conta", "crie sua conta",
	"esempio", "convalida", "registra", "iscriviti", "iscrizione", "crea un account",
}

// contactWords stand in the links to such pages, and to those that say how to reach somebody.
var contactWords = wordSet(`
	about contact contacts imprint impressum legal team
	acerca contacto contactar contáctanos contáctenos escríbenos conócenos nosotros quiénes quienes equipo sobre legales
	kontakt über ueber rechtliches contacter contactez propos sommes équipe légales
	contato contactos equipe somos contatti contattaci siamo legali`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// knowsLanguage reports whether the page is in a language of these lists: by what it says
// or, where it says nothing, by its words.
func (p *Page) knowsLanguage() bool {
	if p.Lang == "" {
		return soundsKnown(p.Prose.Main)
	}
	return knownLanguages[p.primaryLanguage()]
}

// How many of the first words of a text must be common ones to tell its language. One of
// four or five is in the languages of the lists, and one of twenty in those beside them.
const (
	languageSample  = 1 << 10 // bytes
	languageWords   = 40
	languagePercent = 12
)

// soundsKnown reports whether a text is written in a language of the lists.
func soundsKnown(text []byte) bool {
	text = text[:min(len(text), languageSample)]
	known, total := 0, 0
	for word := range bytes.FieldsFuncSeq(text, func(r rune) bool { return !isWordRune(r) }) {
		total++
		if commonWords[string(bytes.ToLower(word))] {
			known++
		}
	}
	return total >= languageWords && 100*known >= languagePercent*total
}
