package text

// File is a form of a report that can be taken away, and whom it is for.
type File struct{ Format, For string }

// Files offers the forms of a report, by their names in requests.
func Files(l Lang) []File {
	return []File{
		{"html", l.T(FilePeople)}, {"csv", l.T(FileSheets)}, {"md", l.T(FileTickets)},
		{"sarif", l.T(FileReview)}, {"json", l.T(FilePrograms)},
	}
}
