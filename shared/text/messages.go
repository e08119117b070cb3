package text

// Key names a message.
type Key uint16

// The messages of the frame around every page.
const (
	SkipToContent Key = iota
	NavMain
	NavAudits
	NavSites
	NavNew
	NavSettings
	NavPath
	LanguageOther
	PlainVersion
	PlainHint
	WithoutScript
	TitleSuffix
	TitleAudits
	TitleRunning
	TitleStalled
	TitleDone
	TitleFailed
	TitleCancelled
	TitleQueued
	TitleReport
	TitleMissing
	DescriptionAudits
	DescriptionAudit
	DescriptionReport
	DescriptionSettings
	Loading
	Broken
	UpdateReady
	Reload
	AppLoading
	AppFailed
	AppStopped
	AppForgets

	// The settings, and what else is the same on every page.
	SettingLanguage
	SettingTheme
	ThemeSystem
	ThemeLight
	ThemeDark
	SettingDensity
	DensityRoomy
	DensityCompact
	SettingKeys
	SettingKeysHelp
	On
	Off
	InstallHeading
	InstallHelp
	InstallButton
	InstallShare
	InstallAdd
	InstallDone
	InstallElsewhere
	KeptHeading
	KeptHelp
	KeptAudits
	KeptReports
	KeptSize
	Kilobytes
	KeptClear
	KeptCleared
	DiagHeading
	DiagHelp
	DiagTransport
	TransportStream
	TransportPolling
	DiagTab
	TabAlone
	TabLeads
	TabFollows
	DiagAttempts
	DiagRevision
	DiagHeartbeat
	DiagError
	DiagNone
	DiagPath
	DiagNotTested
	DiagTest
	DiagTesting
	PathFlows
	PathHeld
	PathBroken
	DiagCopy
	Copied
	CopyFailed
	AboutHeading
	AboutText
	AboutVersion
	AboutLicences
	KeysHeading
	KeysSwitch
	KeyPause
	KeyKiosk
	Close
	CopyLink
	NotifyMe
	NotifyOn
	NotifyRefused
	NotifyScore
	PagesPause
	PagesFollow
	PagesPaused

	// The start box and the list.
	StartLabel
	StartButton
	StartBusy
	StartHelp
	StartEmpty
	InProgress
	History
	ColumnSite
	ColumnStatus
	ColumnScore
	ColumnFindings
	ColumnPages
	ColumnFinished
	NoScore
	NoFindings
	ListEmpty
	ListEmptyHelp
	ListNoHistory
	ListLoading
	ListUnknown
	ListUnknownHelp
	AuditLabel
	SoFar

	// The live page.
	AuditNumber
	StartedAt
	QueuedAt
	FinishedAt
	UpToPages
	AttemptNumber
	ProgressHeading
	ProgressName
	ProgressValue
	ProgressUnknown
	WaitingWorker
	WaitingWorkerHelp
	ExternalWork
	Elapsed
	TimeLeft
	TimeAbout
	Speed
	SpeedValue
	StepOf
	PagesHeading
	PagesNone
	PagesUnknown
	ColumnCode
	ColumnPage
	ColumnTime
	Milliseconds
	MillisecondsUnder
	CodeNone
	None
	ScoreSoFar
	ScoreFinal
	ScoreNotYet
	ScoreOf
	FindingsSoFar
	FindingsFinal
	FindingsNone
	Responses
	ResponsesFailed
	ResponsesNone
	OpenReport
	AllAudits
	CancelButton
	CancelBusy
	CancelQuestion
	CancelConfirm
	CancelGoOn
	CancelFailed
	AgainButton
	AgainFailed

	// The connection, as a lead and a sentence.
	ConnConnecting
	ConnConnectingText
	ConnLive
	ConnLiveText
	ConnBack
	ConnBackText
	ConnLost
	ConnRestarting
	ConnNoDatabase
	ConnBrowserRetries
	ConnRetryIn
	ConnRetryNow
	ConnPolling
	ConnPollingBlocked
	ConnPollingLost
	ConnPollingMissing
	ConnPollingFails
	ConnOffline
	ConnOfflineText
	ConnOfflineNothing
	ConnOfflineList
	ConnServer
	ConnServerText
	ConnServerNothing
	Stalled
	ConnStalled
	ConnStalledText
	ConnDone
	ConnDoneText
	ConnDoneNoScore
	ConnFailed
	ConnFailedUnstarted
	ConnFailedText
	ChangedUp
	ChangedDown
	ChangedNot
	ConnCancelled
	ConnCancelledText
	ConnCancelledEarly
	ConnDeleted
	ConnDeletedSaved
	ConnDeletedNothing
	ConnForbidden
	ConnForbiddenText
	ConnRetryButton
	ConnLiveButton
	LastUpdate
	SavedCopy
	PillConnecting
	PillLive
	PillLost
	PillPolling
	PillOffline
	PillServer
	PillSaved
	FaultNetwork
	FaultTimeout
	FaultForeign
	FaultStatus
	FaultBadData

	// Announcements for screen readers.
	SayProgress
	SayStage

	// The report.
	ReportHeading
	ReportScore
	ReportCategories
	ReportCaps
	ReportCap
	ReportCapCost
	ReportFixScore
	ReportPartial
	ReportPartialPages
	ReportAgainUpTo
	ReportFindings
	ReportNoFindings
	ReportNothing
	ReportPassed
	ReportNotApplicable
	ReportUnvisited
	ReportUnvisitedHelp
	ReportLoading
	ReportNotReady
	ReportNotReadyHelp
	ReportNoScore
	ReportUnavailable
	ReportUnavailableHelp
	ReportOffline
	ReportSaved
	ReportRetry
	ReportWhy
	ReportFix
	ReportPages
	ReportEvidence
	ReportAll
	ReportAllPlaces
	ReportMore
	ReportNothingFound
	ReportViews
	ReportByCheck
	ReportByPage
	ReportFilter
	ReportFilterChecks
	ReportFilterPages
	ReportFilterURLs
	ReportEvery
	ReportEveryCategory
	ReportEveryAnswer
	ReportEveryReason
	ReportOrder
	ReportFixFirst
	ReportGravestFirst
	ReportNoMatch
	ReportShowEvery
	ReportTrend
	ReportTrendScores
	ReportCompare
	ReportGained
	ReportDropped
	CopyTicket
	SomePages
	WholeSite
	PointsLost
	ExtentOfFaults
	BackToAudit

	// One page of a report.
	SheetOpen
	SheetBack
	SheetMissing
	SheetFindings
	SheetNothing
	SheetLeads
	SheetAnswer
	SheetFailure
	SheetRedirect
	SheetReferrer
	SheetDepth
	SheetTime
	SheetSize
	SheetKilobytes
	SheetType
	SheetTitle
	SheetWords
	SheetFetched

	// Two audits compared.
	CompareHeading
	CompareAudits
	ComparePages
	ComparePagesOf
	CompareNew
	CompareFixed
	ComparePersistent
	CompareBaseOnly
	CompareHeadOnly
	CompareUnseen
	CompareNothing

	// The files of a report.
	FilesHeading
	FilePeople
	FileSheets
	FileTickets
	FileReview
	FilePrograms

	// Pages that are not there.
	MissingPage
	MissingPageHelp
	MissingAudit
	MissingAuditHelp
	MissingStart

	// Times and durations.
	AgoSeconds
	AgoMinutes
	AgoHours
	AgoNow
	DurationSeconds
	DurationMinutes
	DurationHours
	DayMonth
	DayMonthYear
	DayTime
	TimeUTC

	// What names.go says of unknown codes, and of scores.
	StoppedEarly
	GraveFault
	ProblemOther
	BandGood
	BandFair
	BandPoor

	// The plain pages, where they say what no other page says.
	BasicFull
	BasicOld
	BasicRenews
	BasicRetries
	BasicPercent
	BasicQueued
	BasicStarted
	BasicUpdated
	BasicFinished
	BasicAnalysed
	BasicFound
	BasicLimit
	BasicMessage
	BasicPoints
	BasicSeverities
	BasicResponses
	BasicBadForm
	BasicBadNumber
	BasicBadNumberHelp
	BasicUnavailable

	keys
)

// Plural names a message that has a form for each kind of number: one page, two
// pages.
type Plural uint8

// The messages that depend on a number.
const (
	Audits Plural = iota
	Pages
	PagesAnalysed
	AddressesFound
	PagesDone
	FromPages
	FindingsCount
	Points
	RunningCount
	Addresses
	AddressesFetched
	SilentAudits
	FixesBring
	FaultsCount
	MorePages
	MorePlacesCount
	FixedCount
	NewCount

	pluralKeys
)
