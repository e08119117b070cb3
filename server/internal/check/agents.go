package check

import "strings"

// AgentsReviewed is when the table of agents was last compared with what their
// owners publish: year and month. Names and duties change often.
const AgentsReviewed = "2026-08"

// Tier says what a crawler fetches pages for.
type Tier uint8

const (
	// TierSearch fetches for an index that answers are made from. Blocking it
	// hides the site.
	TierSearch Tier = iota
	// TierUser fetches a page because a person asked for it. Several of these
	// do not ask robots.txt at all.
	TierUser
	// TierTraining gathers text to train models on. Refusing it is the owner's
	// good right and costs nothing here.
	TierTraining
)

// Agent is a crawler that robots.txt can address.
type Agent struct {
	// Token is its product token in robots.txt.
	Token  string
	Vendor string
	Tier   Tier
	// Main marks the three whose answers most people see.
	Main bool
}

// Agents lists the crawlers of search engines and of AI services by tier. It is
// never changed.
var Agents = []Agent{
	{"OAI-SearchBot", "OpenAI", TierSearch, true},
	{"Claude-SearchBot", "Anthropic", TierSearch, true},
	{"PerplexityBot", "Perplexity", TierSearch, true},
	{"Googlebot", "Google", TierSearch, false},
	{"Bingbot", "Microsoft", TierSearch, false},
	{"Applebot", "Apple", TierSearch, false},
	{"DuckAssistBot", "DuckDuckGo", TierSearch, false},
	{"Amzn-SearchBot", "Amazon", TierSearch, false},
	{"meta-webindexer", "Meta", TierSearch, false},
	{"YouBot", "You.com", TierSearch, false},

	{"ChatGPT-User", "OpenAI", TierUser, false},
	{"Claude-User", "Anthropic", TierUser, false},
	{"Perplexity-User", "Perplexity", TierUser, false},
	{"meta-externalfetcher", "Meta", TierUser, false},
	{"Google-NotebookLM", "Google", TierUser, false},
	{"MistralAI-User", "Mistral", TierUser, false},

	{"GPTBot", "OpenAI", TierTraining, false},
	{"ClaudeBot", "Anthropic", TierTraining, false},
	{"anthropic-ai", "Anthropic", TierTraining, false},
	{"Google-Extended", "Google", TierTraining, false},
	{"Applebot-Extended", "Apple", TierTraining, false},
	{"CCBot", "Common Crawl", TierTraining, false},
	{"Bytespider", "ByteDance", TierTraining, false},
	{"Amazonbot", "Amazon", TierTraining, false},
	{"meta-externalagent", "Meta", TierTraining, false},
	{"FacebookBot", "Meta", TierTraining, false},
	{"cohere-training-data-crawler", "Cohere", TierTraining, false},
	{"AI2Bot", "Allen Institute for AI", TierTraining, false},
	{"Diffbot", "Diffbot", TierTraining, false},
	{"PetalBot", "Huawei", TierTraining, false},
	{"DeepSeekBot", "DeepSeek", TierTraining, false},
	{"TikTokSpider", "ByteDance", TierTraining, false},
	{"ImagesiftBot", "ImageSift", TierTraining, false},
	{"Timpibot", "Timpi", TierTraining, false},
	{"omgili", "Webz.io", TierTraining, false},
}

// agentNamed is the agent with a product token, in any case.
func agentNamed(token string) (Agent, bool) {
	for _, a := range Agents {
		if strings.EqualFold(a.Token, token) {
			return a, true
		}
	}
	return Agent{}, false
}

// isAI reports whether the agent works for an AI service, and not for a search engine of
// the old kind alone.
func (a Agent) isAI() bool { return a.Token != "Googlebot" && a.Token != "Bingbot" }
