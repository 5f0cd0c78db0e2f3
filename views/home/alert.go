package home

import "bailiwick/views/part"

// Alerts is what happened for one person.
type Alerts struct {
	Frame  part.Frame
	Header part.Header
	Alerts []Alert
	Empty  part.Empty
}

// Alert is one thing that happened. An empty URL leads nowhere.
type Alert struct {
	Icon, Text, URL string
	Details         string
	When            part.Cell
	New             bool // since the person last read
}
