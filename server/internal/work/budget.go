package work

import "time"

// BudgetUse is what a server tells the others of a budget of requests that all of them
// have together: what a host, a registrable domain or an address gets.
type BudgetUse struct {
	Key   string
	Rate  float64       // requests per second that it finds right for all of them
	Pause time.Duration // what is left of a pause that the host asked for; 0 for none
}

// BudgetOthers is what all other servers tell of a budget.
type BudgetOthers struct {
	Key     string
	Servers int           // that use it now
	Rate    float64       // the least that one of them finds right; 0 when there are none
	Pause   time.Duration // the longest that is left
}
