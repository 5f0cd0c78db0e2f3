package storybook

// spaces are the distances between things. static/static_test.go refuses others.
var spaces = []struct{ size, pixels, use string }{
	{"2 px, .125rem", "2", "Inside a badge or a chip"},
	{"4 px, .25rem", "4", "Between a label and its field"},
	{"6 px, .375rem", "6", "Between an icon and its text, and between small buttons"},
	{"8 px, .5rem", "8", "Between buttons, and between the parts of a list"},
	{"12 px, .75rem", "12", "Inside cells and messages; below the head of a page"},
	{"16 px, 1rem", "16", "Between boxes, and inside them"},
	{"24 px, 1.5rem", "24", "Between the parts of a long text"},
	{"48 px, 3rem", "48", "Above and below an empty state"},
}
