package text

var english = language{
	tag:   "en",
	name:  "English",
	short: "EN",

	decimal:   ".",
	thousands: ",",
	groupFrom: 4,
	months:    [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	plural:    oneOrMore,

	messages: [keys]string{
		SkipToContent:     "Skip to content",
		NavMain:           "Main",
		NavAudits:         "Audits",
		NavPath:           "You are here",
		LanguageOther:     "Change the language to English",
		PlainVersion:      "Plain version",
		PlainHint:         "Works without WebAssembly and without JavaScript",
		WithoutScript:     "Without JavaScript this page stands still.",
		TitleSuffix:       "%s · Atalaya",
		TitleAudits:       "Audits",
		TitleRunning:      "%d%% %s",
		TitleStalled:      "No news: %s",
		TitleDone:         "Done: %d, %s",
		TitleFailed:       "Failed: %s",
		TitleCancelled:    "Cancelled: %s",
		TitleQueued:       "Queued: %s",
		TitleReport:       "Report: %s",
		TitleMissing:      "Not found",
		DescriptionAudits: "Audit a website and watch it happen, live",
		DescriptionAudit:  "Live progress of the audit of %s",
		DescriptionReport: "Report of the audit of %s",
		Loading:           "Loading",
		Broken:            "Something went wrong in this page. What the server does is not affected.",
		UpdateReady:       "There is a new version of Atalaya.",
		Reload:            "Reload",
		AppLoading:        "Loading the app %d %%",
		AppFailed:         "The app could not be loaded. This page goes on without it.",
		AppStopped:        "The app has stopped. This page goes on without it.",
		AppForgets:        "This browser keeps no data, so nothing can be shown offline.",

		StartLabel:  "Website address",
		StartButton: "Start audit",
		StartBusy:   "Starting",
		StartHelp: "Follows the links of the site, respects robots.txt and checks how well people, " +
			"search engines and AI assistants can read it.",
		StartEmpty:      "Write an address such as https://www.example.com",
		InProgress:      "In progress",
		History:         "History",
		ColumnSite:      "Site",
		ColumnStatus:    "Status",
		ColumnScore:     "Score",
		ColumnFindings:  "Findings",
		ColumnPages:     "Pages",
		ColumnFinished:  "Finished",
		NoScore:         "No score",
		NoFindings:      "No findings",
		ListEmpty:       "No audits yet",
		ListEmptyHelp:   "Paste an address above to start the first one, and watch every page as it is read.",
		ListNoHistory:   "No audit has finished yet.",
		ListLoading:     "Loading the audits",
		ListUnknown:     "The list of audits cannot be shown",
		ListUnknownHelp: "No copy of it is kept on this device. It appears as soon as the server answers.",
		AuditLabel:      "Audit %d",
		SoFar:           "%s so far",

		AuditNumber:       "Audit #%d",
		StartedAt:         "Started %s",
		QueuedAt:          "Queued %s",
		FinishedAt:        "Finished %s",
		UpToPages:         "Up to %s pages",
		AttemptNumber:     "Attempt %d",
		ProgressHeading:   "Progress",
		ProgressName:      "Audit progress",
		ProgressValue:     "%d percent, %s",
		ProgressUnknown:   "Nothing known yet",
		WaitingWorker:     "Waiting for a worker",
		WaitingWorkerHelp: "The audit starts as soon as a worker is free",
		ExternalWork:      "An outside worker is at it",
		Elapsed:           "Elapsed",
		TimeLeft:          "Time left",
		TimeAbout:         "about %s",
		Speed:             "Speed",
		SpeedValue:        "%s pages/min",
		StepOf:            "Step %d of %d",
		PagesHeading:      "Newest pages",
		PagesNone:         "No pages to show.",
		PagesUnknown:      "Which pages they were is not kept on this device.",
		ColumnCode:        "Code",
		ColumnPage:        "Page",
		ColumnTime:        "Time",
		Milliseconds:      "%s ms",
		MillisecondsUnder: "<1 ms",
		CodeNone:          "none",
		None:              "None",
		ScoreSoFar:        "Score so far",
		ScoreFinal:        "Score",
		ScoreNotYet:       "A first score appears after some pages.",
		ScoreOf:           "of 100",
		FindingsSoFar:     "Findings so far",
		FindingsFinal:     "Findings",
		FindingsNone:      "Nothing to report so far.",
		Responses:         "Responses",
		ResponsesFailed:   "no answer",
		ResponsesNone:     "No answers to show.",
		OpenReport:        "Open report",
		AllAudits:         "All audits",
		CancelButton:      "Cancel",
		CancelBusy:        "Cancelling",
		CancelQuestion:    "Stop this audit?",
		CancelConfirm:     "Stop and keep results",
		CancelGoOn:        "Keep running",
		CancelFailed:      "The audit could not be cancelled. %s",
		AgainButton:       "Run again",
		AgainFailed:       "The audit could not be started again. %s",

		ConnConnecting:      "Connecting",
		ConnConnectingText:  "Opening the live channel…",
		ConnLive:            "Live",
		ConnLiveText:        "Updates arrive as they happen",
		ConnBack:            "Live again",
		ConnBackText:        "Nothing was missed",
		ConnLost:            "Connection lost",
		ConnRestarting:      "The server is restarting",
		ConnNoDatabase:      "The server cannot read its database",
		ConnBrowserRetries:  "Trying again",
		ConnRetryIn:         "Trying again in %d s (attempt %d)",
		ConnRetryNow:        "Trying again now (attempt %d)",
		ConnPolling:         "Checking every few seconds",
		ConnPollingBlocked:  "The live channel is blocked, so progress is fetched instead",
		ConnPollingLost:     "The live channel keeps breaking, so progress is fetched instead",
		ConnPollingMissing:  "This browser has no live channel, so progress is fetched instead",
		ConnPollingFails:    "The last check failed: %s. The next one follows shortly",
		ConnOffline:         "You are offline",
		ConnOfflineText:     "Showing what was known at %s. The audit goes on at the server",
		ConnOfflineNothing:  "No copy of this audit is kept on this device",
		ConnOfflineList:     "Showing what was known at %s",
		ConnServer:          "The server does not answer",
		ConnServerText:      "Last data from %s. Trying again",
		ConnServerNothing:   "Nothing is known yet. Trying again",
		Stalled:             "No news",
		ConnStalled:         "No news for %s",
		ConnStalledText:     "You are connected, but the worker has reported nothing since %s",
		ConnDone:            "Done in %s",
		ConnDoneText:        "%s, %s, score %d",
		ConnDoneNoScore:     "%s, %s, no score",
		ConnFailed:          "Failed after %s",
		ConnFailedUnstarted: "Failed",
		ConnFailedText:      "The worker gave no reason",
		ChangedUp:           "%s more than last time, %s",
		ChangedDown:         "%s fewer than last time, %s",
		ChangedNot:          "The same score as last time, %s",
		ConnCancelled:       "Cancelled",
		ConnCancelledText:   "Stopped at %s after %s. What was found is kept",
		ConnCancelledEarly:  "Stopped at %s, before a page was analysed",
		ConnDeleted:         "This audit no longer exists",
		ConnDeletedSaved:    "A copy saved at %s is shown",
		ConnDeletedNothing:  "It was deleted at the server",
		ConnForbidden:       "You cannot see this audit",
		ConnForbiddenText:   "Sign in or ask for access",
		ConnRetryButton:     "Retry now",
		ConnLiveButton:      "Try live again",
		LastUpdate:          "Last update %s",
		SavedCopy:           "Copy saved at %s",
		PillConnecting:      "Connecting",
		PillLive:            "Live",
		PillLost:            "Reconnecting",
		PillPolling:         "Checking",
		PillOffline:         "Offline",
		PillServer:          "No answer",
		PillSaved:           "Ended",
		FaultNetwork:        "no answer came",
		FaultTimeout:        "the answer took too long",
		FaultForeign:        "something other than the server answered, perhaps a sign-in page",
		FaultStatus:         "the server answered with code %d",
		FaultBadData:        "the answer could not be read",

		SayProgress: "%d percent",
		SayStage:    "%s, %d percent",

		ReportHeading:         "Report",
		ReportScore:           "Score %d of 100: %s",
		ReportCategories:      "Score by category",
		ReportCaps:            "What limits the score",
		ReportCap:             "With this the score cannot exceed %d",
		ReportCapCost:         "With this the score cannot exceed %d: %s points",
		ReportFixScore:        "to about %d",
		ReportPartial:         "Partial report",
		ReportPartialPages:    "%s: %s of %s known addresses were analysed as pages.",
		ReportFindings:        "Findings by check",
		ReportNoFindings:      "No check found anything to mend.",
		ReportNothing:         "Nothing was analysed.",
		ReportPassed:          "Passed",
		ReportNotApplicable:   "Not applicable",
		ReportUnvisited:       "Not visited",
		ReportUnvisitedHelp:   "Addresses found on the site that were not fetched",
		ReportLoading:         "Loading the report",
		ReportNotReady:        "There is no report yet",
		ReportNotReadyHelp:    "It appears here by itself when the audit has ended.",
		ReportNoScore:         "This audit gave no score",
		ReportUnavailable:     "The report cannot be shown",
		ReportUnavailableHelp: "%s No copy of it is kept on this device.",
		ReportOffline:         "The server does not answer",
		ReportSaved:           "A copy saved at %s is shown",
		ReportRetry:           "Try again",
		ReportWhy:             "Why it matters",
		ReportFix:             "How to fix it",
		ReportPages:           "Where",
		ReportEvidence:        "%s: %s",
		ReportAll:             "Show all %s",
		ReportAllPlaces:       "Show all",
		ReportMore:            "Show more",
		SomePages:             "Some pages",
		WholeSite:             "Whole site",
		PointsLost:            "%s points",
		ExtentOfFaults:        "%s, %s",
		BackToAudit:           "Back to the audit",

		CompareHeading:    "What changed",
		CompareAudits:     "Audits",
		ComparePages:      "Pages",
		ComparePagesOf:    "%s in both audits, %s only in the first, %s only in the second",
		CompareNew:        "New",
		CompareFixed:      "Fixed",
		ComparePersistent: "Persistent",
		CompareBaseOnly:   "Only in the first audit",
		CompareHeadOnly:   "Only in the second audit",
		CompareUnseen:     "What only one audit was able to see is neither new nor fixed.",
		CompareNothing:    "Nothing is new and nothing is fixed.",

		FilesHeading: "Take the report away",
		FilePeople:   "For people: one page to open and print (HTML)",
		FileSheets:   "For spreadsheets: a row per page and finding (CSV)",
		FileTickets:  "For tickets and chats (Markdown)",
		FileReview:   "For code review (SARIF)",
		FilePrograms: "For programs: everything (JSON)",

		MissingPage:      "There is nothing at this address",
		MissingPageHelp:  "Perhaps the link is old or was copied in part.",
		MissingAudit:     "There is no audit %d",
		MissingAuditHelp: "It was deleted, or the address is mistyped.",
		MissingStart:     "Or audit a website:",

		AgoSeconds:      "%d s ago",
		AgoMinutes:      "%d min ago",
		AgoHours:        "%d h ago",
		AgoNow:          "just now",
		DurationSeconds: "%d s",
		DurationMinutes: "%d min",
		DurationHours:   "%d h",
		DayMonth:        "%d %s",
		DayMonthYear:    "%d %s %d",
		DayTime:         "%s, %s",
		TimeUTC:         "%s UTC",

		StoppedEarly: "The audit did not see the whole site",
		GraveFault:   "A grave fault",
		ProblemOther: "The server could not do that. Try again.",
		BandGood:     "Good",
		BandFair:     "Needs work",
		BandPoor:     "Poor",

		// The plain pages.
		BasicFull:          "Full version",
		BasicOld:           "This browser cannot run the app, which needs WebAssembly of 2021 or later: this is the plain version.",
		BasicRenews:        "This page renews itself every %d seconds until the audit has ended.",
		BasicRetries:       "This page tries again every %d seconds.",
		BasicPercent:       "%d%%",
		BasicQueued:        "Queued",
		BasicStarted:       "Started",
		BasicUpdated:       "Last change",
		BasicFinished:      "Finished",
		BasicAnalysed:      "Pages analysed",
		BasicFound:         "Addresses found",
		BasicLimit:         "Page limit",
		BasicMessage:       "Message",
		BasicPoints:        "%d of 100: %s",
		BasicSeverities:    "%s critical, %s warnings, %s notices",
		BasicResponses:     "%s good, %s redirects, %s client errors, %s server errors, %s without an answer",
		BasicBadForm:       "The form could not be read. Fill it in again.",
		BasicBadNumber:     "That is not the number of an audit",
		BasicBadNumberHelp: "Audits are numbered 1, 2, 3 and so on.",
		BasicUnavailable:   "The data cannot be shown",
	},
	plurals: [pluralKeys][]string{
		Audits:         {"%s audit", "%s audits"},
		Pages:          {"%s page", "%s pages"},
		PagesAnalysed:  {"%s page analysed", "%s pages analysed"},
		AddressesFound: {"%s address found", "%s addresses found"},
		PagesDone: {
			"%s page is done. What was found so far is kept.",
			"%s pages are done. What was found so far is kept.",
		},
		FromPages:        {"from %s page", "from %s pages"},
		FindingsCount:    {"%s finding", "%s findings"},
		Points:           {"%s point", "%s points"},
		RunningCount:     {"%s running", "%s running"},
		Addresses:        {"%s address", "%s addresses"},
		AddressesFetched: {"%s address fetched", "%s addresses fetched"},
		SilentAudits:     {"No news of %s audit for a minute", "No news of %s audits for a minute"},
		FaultsCount:      {"%s fault", "%s faults"},
		MorePages:        {"and %s more page", "and %s more pages"},
		FixesBring:       {"%s fix brings %d to about %d", "These %s fixes bring %d to about %d"},
		MorePlacesCount:  {"and %s more place", "and %s more places"},
	},

	// What the engine says, by key: see sentences.go.
	sentences: []sentence{
		// What a running site audit does.
		{"reading-robots", []string{"Reading robots.txt"}},
		{"fetching-home", []string{"Fetching %s"}},
		{"fetching-pages", []string{"Fetching the pages of %s"}},
		{"fetched", []string{"Fetched %s"}},
		{"waiting-for-sitemaps", []string{"Every link is followed; waiting for the sitemaps of %s"}},
		{"waiting-for-answer", []string{"Waiting for %s: no answer for %d s"}},
		{"waiting-for-pause", []string{"Waiting: %s asked for a pause of another %d s"}},
		{"waiting-for-turn", []string{"Waiting for a turn: other audits are asking %s too"}},
		{"waiting-between", []string{"Waiting: %s asks for %d s between two requests"}},
		{"trying-site", []string{"Trying how %s answers"}},
		{"waiting-alone", []string{"Set aside because its worker died: it goes on alone once no other audit runs"}},
		{"waiting-for-suspect", []string{"Waiting: another audit, whose worker died, runs alone until it has proved harmless"}},
		{"checking-links", []string{"Checking %d link to another site", "Checking %d links to other sites"}},
		{"checking-resources", []string{"Checking %d file that pages load", "Checking %d files that pages load"}},
		{"comparing-pages", []string{"Comparing the pages with each other"}},
		{"computing-score", []string{"Computing the score"}},

		// How it ended.
		{"analysed", []string{"%d page analysed", "%d pages analysed"}},
		{"analysed-limit", []string{
			"%d page analysed; stopped at the limit of %d URLs",
			"%d pages analysed; stopped at the limit of %d URLs",
		}},
		{"analysed-time", []string{
			"%d page analysed; stopped at the time limit of %s",
			"%d pages analysed; stopped at the time limit of %s",
		}},
		{"analysed-bytes", []string{
			"%d page analysed; stopped at the limit of %s of content",
			"%d pages analysed; stopped at the limit of %s of content",
		}},
		{"analysed-cancelled", []string{"%d page analysed; cancelled", "%d pages analysed; cancelled"}},
		{"analysed-silent", []string{
			"%d page analysed; stopped because the site gave no answer any more",
			"%d pages analysed; stopped because the site gave no answer any more",
		}},

		{"analysed-busy", []string{
			"%d page analysed; stopped because the site kept asking for a pause",
			"%d pages analysed; stopped because the site kept asking for a pause",
		}},
		{"analysed-depth", []string{
			"%d page analysed; what lies deeper than the limit of clicks was left out",
			"%d pages analysed; what lies deeper than the limit of clicks was left out",
		}},
		{"analysed-cut", []string{
			"%d page analysed; a page or sitemap was too long to be read whole",
			"%d pages analysed; a page or sitemap was too long to be read whole",
		}},
		{"analysed-external", []string{
			"%d page analysed; not all links to other sites were checked",
			"%d pages analysed; not all links to other sites were checked",
		}},

		// Why it failed.
		{"bad-address", []string{"\"%s\" is not an address that can be audited."}},
		{"robots-forbids", []string{"robots.txt does not let %s fetch %s (line %d: %s)."}},
		{"robots-status", []string{
			"%s answered %s. Until it gives an answer, crawlers must not fetch any page of the site (RFC 9309).",
		}},
		{"robots-silent", []string{
			"%s gave no answer. Until it does, crawlers must not fetch any page of the site (RFC 9309).",
		}},
		{"no-address", []string{"%s could not be found: the name has no address (DNS). Check the spelling."}},
		{"connection-refused", []string{"%s refused the connection: no web server answers there."}},
		{"no-answer-in-time", []string{"%s did not answer in time."}},
		{"not-secure", []string{"No secure connection to %s could be made: %s."}},
		{"wrong-certificate", []string{
			"No secure connection to %s could be made: its certificate is for another name (%s).",
		}},
		{"outdated-certificate", []string{
			"No secure connection to %s could be made: its certificate is not valid today (%s).",
		}},
		{"untrusted-certificate", []string{
			"No secure connection to %s could be made: its certificate does not come from an authority that " +
				"browsers trust (%s).",
		}},
		{"private-address", []string{
			"%s leads to a private network address or an unusual port, which this server may not audit.",
		}},
		{"connection-closed", []string{"%s closed the connection without an answer."}},
		{"redirect-circle", []string{"%s redirects in a circle and never arrives at a page."}},
		{"too-many-redirects", []string{"%s redirects too many times."}},
		{"bad-redirect", []string{"%s could not be fetched: it redirects to \"%s\", which is no URL to fetch."}},
		{"bad-encoding", []string{
			"%s could not be read: the answer is not in the content coding that its header names (%s).",
		}},
		{"headers-too-large", []string{"%s could not be fetched: the response headers are too large."}},
		{"not-http", []string{"%s could not be fetched: the answer is not HTTP."}},
		{"not-fetched", []string{"%s could not be fetched: %s."}},
		{"redirect-forbidden", []string{"%s redirects to %s, where robots.txt does not allow crawlers."}},
		{"redirect-private", []string{
			"%s redirects to %s, which lies at a private network address or an unusual port; this server may " +
				"not audit it.",
		}},
		{"home-status", []string{"%s answered %s. The start page must answer 200 OK."}},
		{"home-not-html", []string{"%s is not an HTML page."}},
		{"home-type", []string{"%s is not an HTML page but %s."}},
		{"no-pages", []string{"%s gave no page to audit in the time there was."}},
		{"no-pages-bytes", []string{"%s gave no page to audit within the limit of %s of content."}},
		{"worker-died", []string{"The worker died %d times over this audit; it was given up."}},
		{"internal-error", []string{
			"The audit could not be finished because of an internal error. The server's log has the details.",
		}},
	},

	// What would make a failed audit work, by the key of why it failed.
	remedies: []named{
		{"bad-address", "Write it like https://www.example.com."},
		{"robots-forbids", "Allow AtalayaBot there, then run the audit again."},
		{"robots-status", "Let robots.txt answer 200, or 404 if there is none."},
		{"robots-silent", "Let robots.txt answer 200, or 404 if there is none."},
		{"no-address", "A new name may take some hours until it is known everywhere."},
		{"connection-refused", "Start the web server, or write the port on which it listens."},
		{"no-answer-in-time", "Try again when the site answers faster. If it does in a browser, a firewall may turn " +
			"this server away."},
		{"not-secure", "Mend the TLS settings of the site, or audit its http:// address."},
		{"wrong-certificate", "Audit the name that the certificate is for, or get one for this name."},
		{"outdated-certificate", "Renew the certificate. If it is valid, set the clock of this server."},
		{"untrusted-certificate", "Install a certificate of a recognised authority, such as Let's Encrypt."},
		{"private-address", "Audit a public address, or have this server started with --allow-private-targets=true."},
		{"connection-closed", "Try again. If it goes on, a firewall may turn crawlers away."},
		{"redirect-circle", "Mend the redirects, or audit the address where they should end."},
		{"too-many-redirects", "Audit the address where the redirects end."},
		{"bad-redirect", "Mend the Location header of that answer."},
		{"bad-encoding", "Let the server send the coding that it names, or none."},
		{"headers-too-large", "Send fewer headers; most often cookies are too many or too long."},
		{"not-http", "Check the port and whether the address begins with https://."},
		{"not-fetched", "Open the address in a browser. If it works there, try again later."},
		{"redirect-forbidden", "Allow AtalayaBot in the robots.txt there."},
		{"redirect-private", "Audit a public address, or have this server started with " +
			"--allow-private-targets=true."},
		{"home-status", "Mend it, or audit the address of a page that does."},
		{"home-not-html", "Audit the address of a page, such as the start page of the site."},
		{"home-type", "Audit the address of a page, such as the start page of the site."},
		{"no-pages", "Try again when the site answers faster, or give the audit more time."},
		{"no-pages-bytes", "Give the audit a higher limit of content."},
		{"worker-died", "Run it again with a lower page limit. The server's log says how the worker ended."},
		{"internal-error", "Run it again. If it fails again, show the log to whoever looks after this server."},
	},

	checks: []checkEntry{
		// crawlability
		{"site-unreachable", CheckText{
			Title: "There is no start page",
			Why:   "Where the address of the site leads to no page, nobody comes any further: no reader, no search engine.",
			Fix:   "Have the address of the site answer with status 200 and a page of HTML.",
		}},
		{"robots-txt-unreachable", CheckText{
			Title: "robots.txt cannot be reached",
			Why: "When robots.txt answers with a server error or not at all, search engines assume that they " +
				"may not read anything.",
			Fix: "Serve robots.txt with status 200. If you do not need one, answer 404.",
		}},
		{"robots-txt-invalid", CheckText{
			Title: "robots.txt has faulty lines",
			Why:   "Crawlers skip a rule that they cannot read, and may then do the opposite of what you meant.",
			Fix:   "Correct the lines named here. Every rule needs a User-agent line above it.",
		}},
		{"robots-blocks-search", CheckText{
			Title: "robots.txt blocks a search engine",
			Why: "A search engine that may not read the home page cannot show the site, and answers built on " +
				"its index leave the site out.",
			Fix: "Remove the rule, or allow Googlebot and Bingbot.",
		}},
		{"robots-blocks-page", CheckText{
			Title: "robots.txt blocks pages of the site",
			Why: "The site links to the page or lists it in its sitemap, but search engines may not read it. They " +
				"can show it without its text at best.",
			Fix: "Allow the address in robots.txt, or stop linking to it if nobody is meant to find it.",
		}},
		{"robots-blocks-assets", CheckText{
			Title: "Scripts or styles closed to search engines",
			Why: "Google judges a page as people see it. Without its styles and scripts it may see another page, or " +
				"none at all.",
			Fix: "Allow the files named here in robots.txt.",
		}},
		{"page-noindex", CheckText{
			Title: "Page asks not to be indexed",
			Why:   "Search engines drop a page with noindex, and AI answers that rely on them cannot cite it.",
			Fix:   "Remove noindex if people should find the page. Keep it if that is what you want.",
		}},
		{"noindex-blocked-conflict", CheckText{
			Title: "Search engines cannot see the noindex",
			Why: "robots.txt keeps search engines off the page, so they never read that it is not to be indexed. Its " +
				"address may appear in results all the same.",
			Fix: "Allow the page in robots.txt so that noindex is seen, or remove noindex if blocking is what you want.",
		}},
		{"nosnippet", CheckText{
			Title: "Page may not be quoted",
			Why: "Search engines list the page without a piece of its text, and AI answers that are built on them " +
				"leave it out.",
			Fix: "Remove nosnippet, max-snippet:0 or data-nosnippet if you want to be quoted.",
		}},
		{"http-4xx", CheckText{
			Title: "Page not found or refused",
			Why:   "Links to this address lead readers and crawlers to an error.",
			Fix:   "Restore the page, redirect the address to its successor, or remove the links.",
		}},
		{"http-5xx", CheckText{
			Title: "Server error",
			Why:   "The page cannot be read. When this lasts, search engines crawl the site less and drop the page.",
			Fix:   "Look at the server's log for this address and repair the cause.",
		}},
		{"fetch-timeout", CheckText{
			Title: "Page did not answer in time",
			Why:   "A crawler that gets no answer gives up, even after a second try.",
			Fix: "Check that the server answers this address within a few seconds, and that no firewall drops " +
				"the request.",
		}},
		{"fetch-failed", CheckText{
			Title: "Page could not be fetched",
			Why: "The request ended without an answer that can be read, so crawlers and assistants do not see " +
				"the page. The kind of failure is named here.",
			Fix: "Mend what is named: the connection, the certificate, the target of the redirect or the coding " +
				"of the answer.",
		}},
		{"http-odd-status", CheckText{
			Title: "Link to an answer that is no page",
			Why: "The answer is neither a page, nor a redirect, nor an error. Who follows the link stays where " +
				"they are or sees nothing, and search engines do not index it.",
			Fix: "Answer 200 with the page, redirect with 301 and a Location header, or remove the link.",
		}},
		{"http-odd-encoding", CheckText{
			Title: "Content coding that was not asked for",
			Why: "The Content-Encoding header names a coding that the request did not offer, or that does not " +
				"exist. Browsers cope with it, but other readers may see only noise.",
			Fix: "Compress only as Accept-Encoding of the request allows, and leave the header out when the answer " +
				"is not compressed.",
		}},
		{"content-type-mismatch", CheckText{
			Title: "File labelled as a web page",
			Why: "The Content-Type header says HTML, but what follows is of another format. Readers may see " +
				"signs without sense, and search engines do not know what to do with the file.",
			Fix: "Send the file with the media type of its format, such as application/pdf.",
		}},
		{"soft-404", CheckText{
			Title: "Addresses without a page do not say so",
			Why: "Where every address shows a page, search engines index pages that are none, and nobody can see which " +
				"links of the site are broken: this audit neither.",
			Fix: "Answer with status 404 (or 410) where there is no page, also when a page explains it.",
		}},
		{"redirect-chain", CheckText{
			Title: "Several redirects in a row",
			Why:   "Each redirect costs time, and crawlers stop following after a few.",
			Fix:   "Redirect straight to the last address, and link to it directly.",
		}},
		{"redirect-loop", CheckText{
			Title: "Redirects never end",
			Why:   "Nobody can open the page: each redirect leads to another one.",
			Fix:   "Change one of the redirects listed here so that it ends at a page.",
		}},
		{"redirect-temporary", CheckText{
			Title: "Redirect says it is temporary",
			Why: "After a temporary redirect search engines keep the old address, and links to it count less for " +
				"the new one. Crawlers may not follow a redirect that stands in the page.",
			Fix: "If the move is to last, answer 301 or 308 with a Location header.",
		}},
		{"canonical-missing", CheckText{
			Title: "Page names no canonical address",
			Why:   "When the same page is reachable under several addresses, search engines choose one by themselves.",
			Fix:   "Add a link element with rel=\"canonical\" and the page's full address to its head.",
		}},
		{"canonical-broken", CheckText{
			Title: "Canonical address leads nowhere",
			Why: "The page tells search engines to show another address instead, and that one is an error, a " +
				"redirect, marked noindex or names yet another one. In the end neither may be shown.",
			Fix: "Name an address that answers 200, may be indexed and names itself, most often the page's own.",
		}},
		{"canonical-conflict", CheckText{
			Title: "Canonical address is contradictory",
			Why: "Search engines ignore canonical addresses that contradict each other. One on another site " +
				"tells them to leave this page out.",
			Fix: "Keep exactly one canonical address per page: complete, starting with https, on your own site.",
		}},
		{"sitemap-missing", CheckText{
			Title: "No sitemap found",
			Why:   "Without a sitemap, crawlers find new and deep pages late or not at all.",
			Fix:   "Publish a sitemap and name it in robots.txt with a Sitemap line.",
		}},
		{"sitemap-invalid", CheckText{
			Title: "Sitemap has errors",
			Why:   "Search engines skip faulty entries, and sometimes the whole file.",
			Fix:   "Generate the sitemap again: valid XML, full addresses of your own site, at most 50,000 per file.",
		}},
		{"sitemap-bad-url", CheckText{
			Title: "Sitemap lists addresses that cannot be indexed",
			Why: "Search engines trust a sitemap less when it names errors, redirects or pages that are not to be " +
				"found, and waste their visits on them.",
			Fix: "List only addresses that answer 200, may be indexed and are canonical.",
		}},
		{"sitemap-lastmod-bad", CheckText{
			Title: "Dates in the sitemap say nothing",
			Why: "Search engines use lastmod to see what is new. When dates cannot be read, lie in the future or are " +
				"the same for every page, they trust none of them.",
			Fix: "Give each entry the day when its page really changed, as 2026-05-31 or with a time and a zone. Leave " +
				"lastmod out where it is not known.",
		}},
		{"page-orphan", CheckText{
			Title: "Page without any link to it",
			Why: "The page is in the sitemap, but nothing on the site links to it. Readers do not find it, and " +
				"search engines take it for unimportant.",
			Fix: "Link to the page from a related one, or take it out of the sitemap.",
		}},
		{"page-deep", CheckText{
			Title: "Page is many clicks away from the start",
			Why:   "What takes many clicks to reach is read late by crawlers and seldom by people.",
			Fix:   "Link to the page from an overview or from a page nearer to the start.",
		}},
		{"url-hygiene", CheckText{
			Title: "Address is hard to use",
			Why: "Long addresses, blanks and many parameters break when people pass them on. Session numbers and double " +
				"slashes give one page many addresses, and crawlers read it again and again.",
			Fix: "Use a short address of words with hyphens, and keep sessions in cookies. Redirect the old address to " +
				"the new one.",
		}},

		// ai-access
		{"ai-search-bot-blocked", CheckText{
			Title: "An AI search engine may not read the site",
			Why:   "An answer engine that may not read your pages does not cite them.",
			Fix:   "Allow this agent in robots.txt if you want to appear in its answers.",
		}},
		{"ai-user-fetch-blocked", CheckText{
			Title: "Assistants may not open pages for their users",
			Why:   "When somebody asks an assistant about your page, it cannot open it and answers without you.",
			Fix:   "Allow this agent in robots.txt. It fetches single pages on a person's request.",
		}},
		{"ai-training-policy", CheckText{
			Title: "Who may train AI models on this site",
			Why: "This is your choice and does not change the score. Blocking training does not hide the site " +
				"from AI search.",
			Fix: "Nothing to do. Change robots.txt if the list does not show what you want.",
		}},
		{"ai-meta-optout", CheckText{
			Title: "Page opts out of AI",
			Why:   "The page asks AI services not to use it. Some of them then do not cite it either.",
			Fix:   "Keep it if that is what you want. Otherwise remove the directive named here.",
		}},
		{"content-signal-restrictive", CheckText{
			Title: "robots.txt keeps the content out of answers",
			Why: "A Content-Signal line says no to search or to AI answers. Services that respect it do not show " +
				"or cite the site.",
			Fix: "Say search=yes and ai-input=yes if you want to be cited. ai-train may stay at no.",
		}},
		{"content-needs-js", CheckText{
			Title: "Text appears only with JavaScript",
			Why:   "Most AI crawlers do not run scripts. To them this page is nearly empty.",
			Fix:   "Send the text in the HTML: render the page on the server, or when you build the site.",
		}},
		{"paywall-or-login-wall", CheckText{
			Title: "Page is behind a login",
			Why: "Readers without an account, search engines and AI agents see the door instead of the text, and " +
				"cannot cite it.",
			Fix: "Show the text, or at least a summary, without a login. Do not link to pages that are not public.",
		}},
		{"hidden-text", CheckText{
			Title: "Text that only machines see",
			Why: "Search engines take hidden text for spam. Hidden instructions to AI models look like an attack, " +
				"on your readers too, and may have been put there by somebody else.",
			Fix: "Remove the text named here, or show it. If you did not write it, find out who can change the page.",
		}},
		{"ai-bot-http-blocked", CheckText{
			Title: "Server turns AI agents away",
			Why: "A request that calls itself this agent was refused, or shown a test for people, where ours was answered: " +
				"a firewall keeps out whom robots.txt lets in. One that knows the agent's own network may refuse only " +
				"our imitation.",
			Fix: "Let the agent through in the settings of the firewall or of the network that serves the site, and look " +
				"into its log whether the real one gets in.",
		}},
		{"llms-txt", CheckText{
			Title: "llms.txt cannot be used",
			Why: "The file is a guide for AI services. Nobody needs one, but one that is a web page, has no heading or " +
				"leads to errors sends those that read it astray.",
			Fix: "Write it as llmstxt.org says: a heading that begins with \"# \" and a list of links that work. Or remove it.",
		}},
		{"markdown-twin", CheckText{
			Title: "The site offers its pages as Markdown",
			Why: "Asked for Markdown, the server sends it: agents read it with less effort than HTML. This is for your " +
				"information and does not change the score.",
			Fix: "Nothing to do. See that the Markdown says the same as the page.",
		}},
		{"crawl-delay-high", CheckText{
			Title: "Crawlers are asked to wait long",
			Why: "With more than ten seconds between two requests a crawler reads few pages a day, and finds what is new " +
				"late.",
			Fix: "Lower Crawl-delay to 10 or less, or remove the line. Google never reads it.",
		}},

		// content
		{"thin-content", CheckText{
			Title: "Page has little text",
			Why:   "A page with few words seldom answers a question well enough to be found or cited.",
			Fix:   "Say more about the subject, join the page with a related one, or mark it noindex.",
		}},
		{"duplicate-content", CheckText{
			Title: "Pages with the same text",
			Why:   "Search engines show only one of several equal pages, and not always the one you prefer.",
			Fix:   "Merge the pages, or give all of them the same canonical address.",
		}},
		{"boilerplate-heavy", CheckText{
			Title: "Little of the page is its own text",
			Why: "Less than a quarter of the words are the text of the page. The rest is navigation and what surrounds it, " +
				"and machines find it hard to tell what the page is about.",
			Fix: "Say more in the main text, and shorten menus, sidebars and footers.",
		}},
		{"no-quantities", CheckText{
			Title: "Article without any figures",
			Why:   "Answers prefer to cite texts with numbers: how much, how many, how long, since when.",
			Fix:   "Add the figures that matter, with their units and, where it helps, their source.",
		}},
		{"no-sources", CheckText{
			Title: "Article without any source",
			Why: "Nothing in the text links to another site or cites a work, so nobody can verify it. AI answers " +
				"prefer texts that name their sources.",
			Fix: "Link to the primary sources of what you say, or cite them in footnotes.",
		}},
		{"no-quotes", CheckText{
			Title: "Article without any quotation",
			Why: "In a study of answer engines (Aggarwal et al., 2024) quoting those who know the subject was what made " +
				"texts be cited most.",
			Fix: "Where it helps, quote a person or a work in their own words and say who it is.",
		}},
		{"no-author", CheckText{
			Title: "Article names no author",
			Why:   "Readers, search engines and assistants trust a text more when they know who wrote it.",
			Fix:   "Name the author under the heading, and in the structured data as well.",
		}},
		{"no-date", CheckText{
			Title: "Article has no date",
			Why:   "Nobody can tell whether the text still holds, so newer or dated sources are preferred.",
			Fix:   "Show when the text was published and last changed, and say so in the structured data.",
		}},
		{"stale-date", CheckText{
			Title: "Page has not changed for more than two years",
			Why:   "The newest date on the page is old, so readers and answer engines may take it for outdated.",
			Fix:   "Review the page. When it is right again, update the date.",
		}},
		{"answer-late", CheckText{
			Title: "Article takes long to come to the point",
			Why: "The first paragraph has more than 120 words. Readers and assistants look for the answer at the beginning, " +
				"and may not find it there.",
			Fix: "Begin with two or three sentences that say the essential. What explains it may follow.",
		}},
		{"hard-to-read", CheckText{
			Title: "Long sentences or paragraphs",
			Why: "Sentences of more than 30 words on average, or a paragraph of more than 150, are hard to take in, and " +
				"assistants find no short passage to cite.",
			Fix: "Cut long sentences in two, and begin a new paragraph with each new thought.",
		}},
		{"keyword-stuffing", CheckText{
			Title: "One word is repeated too often",
			Why: "Search engines treat stuffing with keywords as spam, and AI answers cite such texts less than " +
				"others.",
			Fix: "Write as you would speak: use other words, or leave the word out where it is understood.",
		}},
		{"headings-unhelpful", CheckText{
			Title: "Headings do not guide through the text",
			Why: "More than 400 words stand without a heading, or a heading says nothing of what follows. Readers who " +
				"look for one thing, and machines that cite one passage, cannot tell the parts apart.",
			Fix: "Give each part a heading that names its subject.",
		}},
		{"lang-mismatch", CheckText{
			Title: "Text is in another language than the page says",
			Why: "Screen readers read the text with the wrong voice, browsers offer the wrong translation and search " +
				"engines show the page to the wrong people.",
			Fix: "Set the lang attribute of the html element to the language of the text. Mark parts in other languages " +
				"with lang attributes of their own.",
		}},
		{"about-contact-missing", CheckText{
			Title: "The site does not say how to reach anybody",
			Why: "No page about the site, no contact page and no legal notice were found. Readers and search engines " +
				"trust a site more when they know who is behind it.",
			Fix: "Add a page that says who you are and how to reach you, and link to it from every page.",
		}},

		// metadata
		{"title-missing", CheckText{
			Title: "Page has no title",
			Why:   "The title is the link text in search results and the name of the source in AI answers.",
			Fix:   "Write a title element that says what this page is about.",
		}},
		{"title-length", CheckText{
			Title: "Title is too short or too long",
			Why:   "A very short title says little. A long one is cut off in search results.",
			Fix:   "Use between 15 and 65 characters (ideographs count two), with the important words first.",
		}},
		{"title-duplicate", CheckText{
			Title: "Several pages share one title",
			Why:   "Readers and search engines cannot tell the pages apart in a list.",
			Fix:   "Give each page a title of its own.",
		}},
		{"multiple-titles", CheckText{
			Title: "Page has several titles",
			Why:   "Browsers and search engines use one of them, and it may be the wrong one.",
			Fix:   "Keep the title that fits the page, and take the others out of its template.",
		}},
		{"description-missing", CheckText{
			Title: "Page has no description",
			Why:   "Without a description, search results show a piece of text picked by chance.",
			Fix:   "Add a meta description that sums up the page in one or two sentences.",
		}},
		{"description-length", CheckText{
			Title: "Description is too short or too long",
			Why:   "A short description wins few readers. A long one is cut off in search results.",
			Fix:   "Use between 50 and 165 characters (ideographs count two).",
		}},
		{"description-duplicate", CheckText{
			Title: "Pages share one description",
			Why: "In results these pages look alike, and search engines replace such descriptions with a piece of " +
				"text.",
			Fix: "Describe on each page what only that page has.",
		}},
		{"h1-missing", CheckText{
			Title: "Page has no main heading",
			Why:   "The main heading tells readers, screen readers and AI agents what the page is about.",
			Fix:   "Add one h1 element with text near the top of the content.",
		}},
		{"h1-multiple", CheckText{
			Title: "Page has several main headings",
			Why: "With several main headings, readers, search engines and screen readers cannot tell which one names " +
				"the page.",
			Fix: "Keep one h1 for the subject of the page, and make the others h2.",
		}},
		{"og-incomplete", CheckText{
			Title: "Sharing preview is incomplete",
			Why:   "Links to this page look bare when people share them in chats and networks.",
			Fix:   "Add the Open Graph properties named here to the page's head.",
		}},
		{"favicon-missing", CheckText{
			Title: "Site without an icon",
			Why:   "Tabs, bookmarks and search results show a blank sheet in place of your sign.",
			Fix:   "Add <link rel=\"icon\" href=\"…\"> to the pages' head, or put a favicon.ico at the root of the site.",
		}},
		{"lang-missing", CheckText{
			Title: "Page does not say its language",
			Why:   "Screen readers may use the wrong voice, and translators and search engines have to guess.",
			Fix:   "Set the lang attribute of the html element, for example lang=\"en\".",
		}},
		{"charset-problem", CheckText{
			Title: "Character encoding is unclear",
			Why: "When a page does not say how its letters are encoded, or says two things, accents and signs " +
				"turn into noise for some readers and crawlers.",
			Fix: "Save the page as UTF-8 and say so in one way everywhere: in the Content-Type header and in a " +
				"meta charset element.",
		}},
		{"hreflang-invalid", CheckText{
			Title: "Language versions contradict each other",
			Why: "Search engines ignore hreflang when a code is wrong, an address leads elsewhere or a version " +
				"does not name the others in return. People then get the page in the wrong language.",
			Fix: "Let every version list all versions, itself included, with full addresses that answer 200 and " +
				"codes such as es or en-GB.",
		}},
		{"viewport-missing", CheckText{
			Title: "Page is not set up for phones",
			Why:   "Phones show the page as small as on a desktop, and Google judges sites by their mobile version.",
			Fix: "Add <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"> to the page's " +
				"head.",
		}},

		// structured-data
		{"jsonld-invalid", CheckText{
			Title: "Structured data is not valid JSON",
			Why:   "Search engines ignore a whole block of JSON-LD for one error of syntax.",
			Fix:   "Correct the block at the place shown here. A comma too many and a quote too few are most common.",
		}},
		{"structured-data-missing", CheckText{
			Title: "Page has no structured data",
			Why:   "Without it, machines have to guess what the page is about, who wrote it and when.",
			Fix:   "Add JSON-LD of the type that fits: Article, Product, Event, FAQPage or another one of schema.org.",
		}},
		{"jsonld-incomplete", CheckText{
			Title: "Structured data lacks properties",
			Why:   "Search engines show rich results only for data that is complete.",
			Fix:   "Add the properties named here to the JSON-LD.",
		}},
		{"jsonld-unknown-type", CheckText{
			Title: "Structured data names a type that does not exist",
			Why:   "Search engines skip what has a type they do not know. Case counts too.",
			Fix:   "Write the types as schema.org does, as shown here.",
		}},
		{"structured-data-mismatch", CheckText{
			Title: "Structured data says what the page does not show",
			Why:   "Search engines distrust markup that differs from what readers see, and may ignore all of it.",
			Fix:   "Keep the headline in the markup and the one in the page equal.",
		}},
		{"organization-missing", CheckText{
			Title: "The site does not say who is behind it",
			Why: "Neither the home page nor a page about the site describes an organisation or a person in its " +
				"structured data, so search engines and assistants cannot tell whose site it is.",
			Fix: "Add JSON-LD of the type Organization, LocalBusiness or Person with name and url, and link your " +
				"profiles with sameAs.",
		}},

		// links
		{"broken-external", CheckText{
			Title: "Link to another site is broken",
			Why:   "Readers who follow the link end at an error, and the page seems neglected.",
			Fix:   "Update the link or remove it.",
		}},
		{"broken-resource", CheckText{
			Title: "Pages load what is not there",
			Why: "Images, fonts, styles or scripts are missing from the pages, which look or work other than they " +
				"should.",
			Fix: "Put the file back, or correct the address in the pages or style sheets that load it.",
		}},
		{"broken-fragment", CheckText{
			Title: "Link to a place that the page does not have",
			Why:   "The link opens the right page, but at its top: readers have to look for what it promises.",
			Fix:   "Correct the part behind #, or give the element that the link means this id.",
		}},
		{"link-to-redirect", CheckText{
			Title: "Links lead to addresses that have moved",
			Why: "Readers and crawlers make a detour at every such link, and crawlers read fewer pages in the same " +
				"time.",
			Fix: "Link to the new address directly.",
		}},
		{"link-malformed", CheckText{
			Title: "Link that no browser can open",
			Why:   "The address is malformed, so a click on the link leads nowhere.",
			Fix:   "Correct the address. Look for blanks, a missing host name or a wrong port.",
		}},
		{"link-not-crawlable", CheckText{
			Title: "Link works only with JavaScript",
			Why:   "Crawlers follow addresses in href. They do not click, so they never see what is behind this link.",
			Fix:   "Put the address into the href attribute. Use a button for actions that lead nowhere.",
		}},
		{"localhost-link", CheckText{
			Title: "Link to the reader's own machine or network",
			Why: "The address only works on the machine or in the network of whoever wrote the page. Everybody " +
				"else ends at an error.",
			Fix: "Replace the address with the public one. It is often left over from development.",
		}},
		{"anchor-text-poor", CheckText{
			Title: "Link text says nothing of its target",
			Why:   "Search engines and screen readers go by the text of a link, and \"click here\" tells them nothing.",
			Fix:   "Name the target in the text of the link.",
		}},
		{"internal-nofollow", CheckText{
			Title: "Links within the site marked nofollow",
			Why: "Search engines are told not to follow these links, so the pages they lead to are found late and " +
				"pass for unimportant.",
			Fix: "Remove nofollow from links to your own pages. To keep a page out of search, mark that page noindex.",
		}},
		{"too-many-links", CheckText{
			Title: "Page with too many links",
			Why:   "Among hundreds of links none stands out, neither to people nor to crawlers.",
			Fix:   "Link to what belongs to the page, and spread long lists over several pages.",
		}},
		{"dead-end", CheckText{
			Title: "Page without a link to the rest of the site",
			Why:   "Whoever arrives here, person or crawler, cannot go on to any other page.",
			Fix:   "Add the site's navigation, or links to related pages.",
		}},

		// performance
		{"slow-ttfb", CheckText{
			Title: "Server takes long to answer",
			Why: "Readers leave while they wait, and crawlers read fewer pages of a slow site. AI agents that " +
				"answer a question at once do not wait at all.",
			Fix: "Cache the page, or find what the server spends the time on. Aim for less than 800 ms until the " +
				"first byte.",
		}},
		{"html-heavy", CheckText{
			Title: "Page is very large",
			Why:   "AI agents cut long pages and lose their end. Googlebot reads only the first megabytes.",
			Fix: "Split the page, and move scripts, styles and embedded images into files of their own. Stay below " +
				"500 KB of HTML.",
		}},
		{"no-compression", CheckText{
			Title: "Page sent without compression",
			Why:   "Compressed, a page is a quarter of the size or less, and arrives sooner.",
			Fix:   "Switch on gzip or Brotli for HTML, CSS and scripts in the server.",
		}},
		{"dom-large", CheckText{
			Title: "Page with too many elements",
			Why:   "Thousands of elements take phones long to lay out, and every change to the page again.",
			Fix: "Simplify the markup, spread long lists over several pages, and leave out containers that hold one " +
				"element each.",
		}},
		{"images-unsized", CheckText{
			Title: "Images without width and height",
			Why:   "Browsers do not know how much room such an image takes, and the text jumps when it comes.",
			Fix:   "Give the img element its width and height as attributes. Styles may still make it smaller.",
		}},
		{"render-blocking", CheckText{
			Title: "Too many scripts hold up the page",
			Why:   "Browsers show nothing before each of these scripts of the head has come and run.",
			Fix:   "Add defer or async to the scripts named here, or move them to the end of the body.",
		}},
		{"no-cache-validators", CheckText{
			Title: "Page that cannot be cached",
			Why: "Without a date, a tag or an age, every visit loads the whole page again, and crawlers cannot ask " +
				"whether it has changed.",
			Fix: "Send an ETag or Last-Modified header, or a Cache-Control header with max-age.",
		}},

		// accessibility
		{"img-alt-missing", CheckText{
			Title: "Images without a description",
			Why: "Screen readers and AI agents cannot see an image. Without an alternative text they read out " +
				"its file name or leave it out.",
			Fix: "Add an alt attribute that says what the image shows. Leave it empty when the image is only " +
				"decoration.",
		}},
		{"link-name-empty", CheckText{
			Title: "Links without a name",
			Why:   "A screen reader can only say \"link\", and search engines learn nothing about the target.",
			Fix:   "Put text into the link, describe its image with alt, or add an aria-label.",
		}},
		{"form-label-missing", CheckText{
			Title: "Form fields without a label",
			Why: "People who use a screen reader, and agents who fill in forms for others, do not know what belongs " +
				"in the field.",
			Fix: "Give each field a label element with a matching for attribute, or an aria-label.",
		}},
		{"heading-skip", CheckText{
			Title: "Headings skip a level",
			Why: "Readers who jump from heading to heading lose the thread, and machines misread which part " +
				"belongs to which.",
			Fix: "Let each heading be at most one level below the one before it: h3 after h2, not h4.",
		}},
		{"no-main-landmark", CheckText{
			Title: "Nothing marks the main content",
			Why: "Screen readers jump to the main content, and agents look for the text there. This page does not say " +
				"where it is.",
			Fix: "Put the content of the page, without its navigation, header and footer, in a main element.",
		}},
		{"iframe-title-missing", CheckText{
			Title: "Frame without a name",
			Why:   "Screen readers announce a frame by its title. Without one, nobody knows what it holds.",
			Fix:   "Give the frame a title that says what it shows.",
		}},
		{"table-no-header", CheckText{
			Title: "Data table without header cells",
			Why:   "Without header cells, screen readers and agents cannot say what the figures in a row or column mean.",
			Fix:   "Mark up the headings of columns and rows as th elements.",
		}},
		{"duplicate-id", CheckText{
			Title: "Several elements with the same id",
			Why:   "Links, labels and scripts find only the first element with an id.",
			Fix:   "Give every element an id of its own.",
		}},
		{"zoom-disabled", CheckText{
			Title: "Phones cannot enlarge the page",
			Why:   "People who see badly need to enlarge the text, and this page forbids it.",
			Fix:   "Remove user-scalable=no and maximum-scale from the viewport meta element.",
		}},

		// security
		{"not-https", CheckText{
			Title: "Site is served without encryption",
			Why: "Browsers warn of the site, anybody on the way can read and change its pages, and search engines " +
				"prefer https.",
			Fix: "Get a certificate, serve the site by https and redirect all http addresses to it.",
		}},
		{"http-no-redirect", CheckText{
			Title: "Site answers without encryption too",
			Why: "Readers who follow an old link or type the address stay on pages that anybody on the way can read " +
				"and change, and search engines see each page twice.",
			Fix: "Redirect every address of http to the same one of https, permanently (301 or 308).",
		}},
		{"mixed-content", CheckText{
			Title: "Secure page loads insecure parts",
			Why: "Browsers block scripts, styles and frames that a page of https loads by http, and parts of the " +
				"page are missing.",
			Fix: "Load the addresses named here by https.",
		}},
		{"tls-expiring", CheckText{
			Title: "Certificate is about to end",
			Why:   "On that day browsers, search engines and assistants stop opening the site.",
			Fix:   "Renew the certificate now, and see why it was not renewed by itself.",
		}},
		{"hsts-missing", CheckText{
			Title: "Browsers are not told to use https only",
			Why:   "Without this word, a first visit by http can be intercepted on the way.",
			Fix:   "Send Strict-Transport-Security: max-age=31536000 with every answer by https.",
		}},
		{"security-headers-missing", CheckText{
			Title: "Headers that protect pages are missing",
			Why: "These headers keep browsers from running what others have slipped into a page, and from taking a " +
				"file for something else.",
			Fix: "Send the headers named here: X-Content-Type-Options: nosniff, and a Content-Security-Policy that " +
				"fits the site.",
		}},
		{"insecure-form", CheckText{
			Title: "Secure page sends a form insecurely",
			Why: "What people fill in travels readable for anybody on the way, and browsers warn them before they " +
				"send it.",
			Fix: "Have the form send to an address of https.",
		}},
	},

	statuses: []named{
		{"pending", "Queued"},
		{"running", "Running"},
		{"completed", "Done"},
		{"failed", "Failed"},
		{"cancelled", "Cancelled"},
	},

	stages: []named{
		{"discover", "Discover"},
		{"crawl", "Crawl"},
		{"links", "Links"},
		{"site", "Site checks"},
		{"score", "Score"},
	},

	stagesNow: []named{
		{"discover", "Reading robots.txt and the start page"},
		{"crawl", "Crawling pages"},
		{"links", "Checking external links"},
		{"site", "Comparing the pages"},
		{"score", "Working out the score"},
	},

	severities: []named{
		{"error", "Critical"},
		{"warning", "Warning"},
		{"notice", "Notice"},
		{"info", "Information"},
	},

	categories: []named{
		{"crawlability", "Crawlability"},
		{"ai-access", "AI access"},
		{"content", "Content"},
		{"metadata", "Metadata"},
		{"structured-data", "Structured data"},
		{"links", "Links"},
		{"performance", "Performance"},
		{"accessibility", "Accessibility"},
		{"security", "Security"},
	},

	stopReasons: []named{
		{"limit", "The page limit was reached"},
		{"time", "The time limit was reached"},
		{"bytes", "The limit of bytes was reached"},
		{"cancelled", "The audit was cancelled"},
		{"site", "The site stopped answering"},
		{"busy", "The site kept asking for a pause"},
		{"depth", "What lies too deep was left out"},
		{"cut", "A page or sitemap was too long to be read whole"},
		{"external", "Not all links to other sites were checked"},
	},

	unvisited: []named{
		{"limit", "Beyond the page limit"},
		{"depth", "Too many clicks from the start"},
		{"robots", "Refused by robots.txt"},
		{"private", "At a private network address or an unusual port"},
		{"scope", "Outside the site"},
		{"time", "Left when the time limit was reached"},
		{"bytes", "Left when the limit of bytes was reached"},
		{"stopped", "Left when the audit stopped"},
		{"busy", "The site kept asking for a pause"},
		{"excluded", "On a path that was not asked for"},
		{"cut", "Too long to be read whole"},
		{"memory", "More than an audit remembers"},
		{"external", "Links to other sites left unchecked"},
	},

	caps: []named{
		{"search-engines-blocked", "robots.txt keeps search engines off the home page"},
		{"home-noindex", "The home page asks not to be indexed"},
		{"site-failing", "More than 30 of 100 requests failed"},
		{"ai-search-blocked", "robots.txt keeps every AI search agent out"},
		{"content-needs-js", "On most pages the text appears only with JavaScript"},
		{"canonical-elsewhere", "Most pages name another host as the one to show instead of them"},
		{"seen-in-part", "Too little of the site was seen to judge it"},
		{"ai-main-blocked", "robots.txt keeps one of the main AI search agents out"},
		{"not-https", "The site is served without encryption"},
	},

	problems: []named{
		{"bad_url", "This is not an address that can be audited. Write one such as https://www.example.com; only " +
			"http and https can be audited."},
		{"private_target", "This address points to a private network, which this server does not audit."},
		{"out_of_range", "A value is outside its limits."},
		{"forbidden_origin", "The server refused the request because of where it came from. Open this page at the " +
			"server's own address."},
		{"forbidden_host", "The server refused the request because of where it came from. Open this page at the " +
			"server's own address."},
		{"not_found", "There is no such audit."},
		{"audit_terminal", "The audit has already ended."},
		{"conflict", "The audit has changed meanwhile."},
		{"precondition_failed", "The audit has changed meanwhile."},
		{"body_too_large", "What you sent is too large."},
		{"different_sites", "The two audits are of different sites. Choose two of the same."},
		{"idempotency_mismatch", "This request was sent before with other contents. Try again."},
		{"too_many_streams", "Too many connections are open from here. Close some tabs and try again."},
		{"queue_full", "Too many audits are waiting already. Try again in a few minutes."},
		{"host_busy", "As many audits of this site are waiting or running as may at once. Watch one of them, or try " +
			"again when one has ended."},
		{"caller_limited", "As many audits have been started from your address as one may start in an hour. Try again " +
			"later."},
		{"unavailable", "The server's database cannot do that at present. Try again in a moment."},
		{"database_full", "The server's disk is full, so nothing could be saved. Its operator has to make room."},
		{"database_read_only", "The server's database can only be read at present, so nothing could be saved. Try again " +
			"later."},
		{"database_standby", "The server's database has handed over to another one, so nothing could be saved. Try again " +
			"in a moment."},
		{"database_moved", "The files of the server's database are gone, so nothing could be saved. Its operator has to " +
			"put them back or restart it."},
		{"draining", "The server is busy or restarting. Try again in a moment."},
		{"overloaded", "The server is busy or restarting. Try again in a moment."},
		{"descriptors", "The server has no room for another connection. Try again in a moment."},
		{"offline", "You are offline. Try again when there is a connection."},
		{"network", "The server does not answer. Check your connection and try again."},
		{"foreign", "Something other than the server answered, perhaps a sign-in page of the network. Open a new " +
			"tab to look."},
	},

	reasons: []named{
		{"no-answer", "The request got no answer."},
		{"not-ok", "The page did not answer with status 200."},
		{"not-html", "The address is not an HTML page."},
		{"alias", "The page is checked under the address it redirects to."},
		{"rate-limited", "The site asked us to slow down."},
		{"address-blocked", "The address is private, so it was not opened."},
		{"noindex", "The page asks not to be indexed."},
		{"canonicalised", "The page names another address as the canonical one."},
		{"no-redirect", "There is no redirect."},
		{"no-title", "There is no title."},
		{"no-description", "There is no description."},
		{"no-canonical", "There is no canonical address."},
		{"no-links", "There are no links."},
		{"no-images", "There are no images."},
		{"no-controls", "There is no form to fill in."},
		{"no-headings", "There are no headings."},
		{"no-viewport", "The page sets no viewport."},
		{"no-frames", "The page has no frames."},
		{"no-tables", "There is no table of data."},
		{"no-https", "The page is not served by https."},
		{"local-site", "The site is not at a public address."},
		{"no-noindex", "No page asks to be left out of search."},
		{"no-hreflang", "No page names versions in other languages."},
		{"not-linked", "The page is only known from the sitemap."},
		{"no-signals", "robots.txt has no Content-Signal line."},
		{"listing", "The page is mainly a list of links."},
		{"needs-js", "The text appears only with JavaScript."},
		{"robots-unknown", "robots.txt was not read."},
		{"robots-absent", "There is no robots.txt."},
		{"robots-unreachable", "robots.txt gave no usable answer."},
		{"sitemap-absent", "There is no sitemap with addresses."},
		{"no-lastmod", "The sitemap gives no dates."},
		{"incomplete", "The audit did not see the whole site."},
		{"too-few-pages", "There are too few pages to compare."},
		{"no-external-links", "No link to another site gave a clear answer."},
		{"links-unchecked", "Links to other sites were not checked."},
		{"llms-txt-absent", "The site has no llms.txt, and needs none."},
		{"no-resources", "The pages load nothing, or nothing of it gave a clear answer."},
		{"resources-unchecked", "Not all that the pages load could be asked for."},
		{"no-fragments", "No link leads to a place within a page that was read."},
		{"not-asked", "The request that this check needs was not made: it was switched off or forbidden, or there was " +
			"no time left for it."},
		{"part-read", "Only a part of the page was read."},
		{"not-article", "The page is not an article: too short, or not mainly paragraphs under one main heading."},
		{"too-little-text", "The page has too little text."},
		{"language-unknown", "The page does not say its language, or it is one that this check does not know."},
		{"no-date", "The page has no date of its own."},
		{"no-jsonld", "The page has no JSON-LD."},
		{"no-headline", "The structured data states no headline that could be looked for in the text."},
		{"no-known-type", "The JSON-LD has no type that this check knows."},
	},

	evidence: []named{
		{"address", "Address"},
		{"after-heading", "After the heading"},
		{"agent", "Agent"},
		{"allowed", "Allowed"},
		{"answer", "Answer"},
		{"attempts", "Attempts"},
		{"bad-code", "Code that is no language"},
		{"bad-bytes", "Bytes that are no text"},
		{"blocked", "Blocked by its own rule"},
		{"blocked-by-wildcard", "Blocked by the rule for all"},
		{"blocked-pages", "Blocked pages"},
		{"bytes", "Bytes"},
		{"canonical", "Canonical address"},
		{"canonical-header", "In the Link header"},
		{"canonical-html", "In the page"},
		{"challenge", "Sign of a test for people"},
		{"charset-header", "In the Content-Type header"},
		{"charset-mark", "By its byte order mark"},
		{"charset-meta", "In the meta element"},
		{"charset-used", "Read as"},
		{"charset-xml", "In the XML declaration"},
		{"clicks", "Clicks from the start"},
		{"count", "Number"},
		{"date", "Date"},
		{"declared-type", "Type in the header"},
		{"description", "Description"},
		{"detail", "Details"},
		{"directive", "Directive"},
		{"elements", "Elements"},
		{"encoding", "Content coding"},
		{"expires", "Good until"},
		{"failure", "Failure"},
		{"file", "File"},
		{"final-url", "Leads to"},
		{"found-in", "Found in"},
		{"found-item", "Type found"},
		{"found-lang", "Language of the text"},
		{"found-type", "Type of the content"},
		{"future", "Date that has not come yet"},
		{"generic-heading", "Heading that says nothing"},
		{"header", "Header"},
		{"headline", "Headline in the markup"},
		{"heading", "First heading"},
		{"hidden", "Hidden text"},
		{"hop", "Redirect"},
		{"id", "id"},
		{"image", "Image"},
		{"in-address", "In the address"},
		{"instruction", "Hidden instruction"},
		{"invisible", "Invisible characters"},
		{"lang", "Language given"},
		{"length", "Characters"},
		{"line", "Line"},
		{"links", "Links in the text"},
		{"main-heading", "Main heading"},
		{"marker", "Sign of an application"},
		{"markup", "Markup"},
		{"missing", "Missing"},
		{"more", "More, not listed"},
		{"more-findings", "More findings, not listed"},
		{"ms", "Milliseconds"},
		{"no-return", "Does not name this page in return"},
		{"noscript-words", "Words without scripts"},
		{"offset", "Position in the block"},
		{"outline", "Jump"},
		{"page", "Page"},
		{"paragraph", "Paragraph that begins"},
		{"parameters", "Parameters"},
		{"percent", "Percent of all words"},
		{"referrer", "Linked from"},
		{"refresh", "Sends on after"},
		{"relative", "Address that is not complete"},
		{"reviewed", "List of agents reviewed"},
		{"rule", "Rule"},
		{"script-bytes", "Bytes of scripts in the page"},
		{"scripts", "Scripts"},
		{"sentence-words", "Words of a sentence on average"},
		{"share", "Share"},
		{"status", "Status"},
		{"status-to-us", "Status of our own request"},
		{"target", "Target"},
		{"text", "Link text"},
		{"title", "Title"},
		{"tried", "Tried"},
		{"unknown-type", "Type, and its right name"},
		{"url", "Address"},
		{"vendor", "Owner"},
		{"viewport", "Viewport"},
		{"visible-words", "Words in all"},
		{"word", "Word"},
		{"words", "Words"},

		// Problems of robots.txt and of sitemaps
		{"bad-url", "Not an address"},
		{"bad-value", "Value cannot be read"},
		{"depth", "Index within an index"},
		{"foreign-host", "Address of another site"},
		{"html", "A web page, not robots.txt"},
		{"loop", "Index that leads back to itself"},
		{"misspelt", "Misspelt"},
		{"orphan-rule", "Rule without User-agent"},
		{"syntax", "Syntax"},
		{"too-large", "Too large"},
		{"too-many-urls", "Too many addresses"},
		{"unknown", "Unknown line"},
		{"unreadable", "Sitemap that cannot be read"},
	},

	answers: []named{
		// No usable answer
		{"bad-encoding", "The answer is not in the coding that it names"},
		{"bad-redirect", "The redirect leads to what is no web address"},
		{"blocked-address", "The address is private"},
		{"dns", "The host name has no address"},
		{"other", "The answer could not be read"},
		{"redirect-loop", "The redirects go in a circle"},
		{"refused", "The connection was refused"},
		{"reset", "The connection was cut"},
		{"timeout", "No answer in time"},
		{"tls", "No encrypted connection could be agreed on"},
		{"tls-chain", "The certificate comes from nobody whom browsers trust"},
		{"tls-date", "The certificate has expired or is not valid yet"},
		{"tls-name", "The certificate is for another name"},
		{"too-many-redirects", "Too many redirects"},

		// Answers that are neither a page, nor a redirect, nor an error
		{"choices", "A choice of several addresses"},
		{"no-content", "No content"},
		{"not-modified", "\"Not modified\", although nobody asked for that"},
		{"nowhere", "A redirect that does not say where to"},
		{"other-3xx", "A kind of redirect that browsers do not follow"},
		{"unknown-class", "A status that HTTP does not know"},
	},
}
