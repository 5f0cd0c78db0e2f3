package home

import "strconv"

// Chart is what happened on each of some days. ID is unique on its page.
type Chart struct {
	ID, Title string
	Total     string // "1,204 calls"
	Unit      string // the heading of its numbers
	Note      string // what one has to know to read it
	URL       string // where it is listed
	Days      []Day
}

// Day is one bar.
type Day struct {
	Label string // "21 Nov"
	N     int
	Text  string // the number as people read it
}

// The chart is drawn in these units, and stretched to its box.
const (
	barStep   = 10
	barWidth  = 8
	barHeight = 60
)

// bar is the place of a day in the drawing. Whatever happened is at least one
// unit high.
func (c Chart) bar(i int) (x, y, height string) {
	most := 1
	for _, d := range c.Days {
		most = max(most, d.N)
	}
	h := c.Days[i].N * barHeight / most
	if h == 0 && c.Days[i].N > 0 {
		h = 1
	}
	return strconv.Itoa(i * barStep), strconv.Itoa(barHeight - h), strconv.Itoa(h)
}

func (c Chart) box() string {
	return "0 0 " + strconv.Itoa(max(len(c.Days), 1)*barStep) + " " + strconv.Itoa(barHeight)
}

// most is the highest of its numbers, as people read it.
func (c Chart) most() (text string) {
	n := -1
	for _, d := range c.Days {
		if d.N > n {
			n, text = d.N, d.Text
		}
	}
	return text
}
