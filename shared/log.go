package shared

// LogLine is a turn in the course of an audit.
type LogLine struct {
	At Time
	// Stage is the one that began; empty where the audit got a status.
	Stage  Stage
	Status Status
}

// Log lists the turns that an audit has taken so far, in order, as far as its state remembers
// them: an audit without activity has no stages.
func (p *AuditProgress) Log() []LogLine {
	lines := []LogLine{{At: p.CreatedAt, Status: StatusPending}}
	if p.StartedAt != nil {
		lines = append(lines, LogLine{At: *p.StartedAt, Status: StatusRunning})
	}
	if p.Activity != nil {
		for _, s := range p.Activity.Stages {
			lines = append(lines, LogLine{At: s.StartedAt, Stage: s.Name})
		}
	}
	if p.FinishedAt != nil {
		lines = append(lines, LogLine{At: *p.FinishedAt, Status: p.Status})
	}
	return lines
}
