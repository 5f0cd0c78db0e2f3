package record

import (
	"fmt"
	"slices"
	"strconv"
)

// StateFigure draws how something gets from state to state, and says it.
type StateFigure struct {
	Title  string
	States []StateBox
	Moves  []StateMove
}

// StateBox is one state and what it means.
type StateBox struct{ Title, Sentence string }

// StateMove is what leads from one state to another, by their places; to -1 where
// the thing is then gone.
type StateMove struct {
	Text     string
	From, To int
}

// ways says what leads out of a state.
func (f StateFigure) ways(from int) (all []string) {
	for _, m := range f.Moves {
		switch {
		case m.From != from:
		case m.To < 0:
			all = append(all, m.Text+" → off the list")
		default:
			all = append(all, m.Text+" → "+f.States[m.To].Title)
		}
	}
	return all
}

// Measures of the drawing, in its own units.
const (
	boxWidth, boxHeight = 120, 36
	boxGap, rowHeight   = 140, 76
	trunk               = 30 // from a box to where its lines turn
)

type drawnBox struct {
	X, Y  int
	Title string
}

func (b drawnBox) middle() int { return b.Y + boxHeight/2 }

type drawnMove struct {
	Path   string
	X, Y   int
	Anchor string
	Text   string
}

type drawing struct {
	Width, Height int
	Boxes         []drawnBox
	Moves         []drawnMove
}

func (d drawing) viewBox() string { return fmt.Sprintf("0 0 %d %d", d.Width, d.Height) }

func num(n int) string { return strconv.Itoa(n) }

// columns give each state its distance from where things begin.
func (f StateFigure) columns() []int {
	at := make([]int, len(f.States))
	var todo []int
	for i := range f.States {
		at[i] = -1
		if !slices.ContainsFunc(f.Moves, func(m StateMove) bool { return m.To == i }) {
			at[i], todo = 0, append(todo, i)
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		for _, m := range f.Moves {
			if m.From == todo[0] && m.To >= 0 && at[m.To] < 0 {
				at[m.To], todo = at[todo[0]]+1, append(todo, m.To)
			}
		}
	}
	for i := range at {
		at[i] = max(at[i], 0)
	}
	return at
}

// draw puts states into columns by their distance from the beginning, with the
// ways on above and the ways back below the middle of each box.
func (f StateFigure) draw() (d drawing) {
	at, rows := f.columns(), map[int]int{}
	for i, s := range f.States {
		b := drawnBox{1 + at[i]*(boxWidth+boxGap), 10 + rows[at[i]]*rowHeight, s.Title}
		rows[at[i]]++
		d.Boxes = append(d.Boxes, b)
		d.Width, d.Height = max(d.Width, b.X+boxWidth+1), max(d.Height, b.Y+boxHeight+16)
	}
	for _, m := range f.Moves {
		d.Moves = append(d.Moves, f.drawMove(m, d.Boxes, at))
	}
	return d
}

func (f StateFigure) drawMove(m StateMove, boxes []drawnBox, at []int) drawnMove {
	from := boxes[m.From]
	right := from.X + boxWidth
	switch {
	case m.To < 0:
		return drawnMove{fmt.Sprintf("M%d %dh%d", right, from.middle(), boxGap-trunk+20), right + 8, from.middle() - 6, "start", m.Text + " (off the list)"}
	case at[m.To] > at[m.From]:
		to, y := boxes[m.To], boxes[m.To].middle()-7
		return drawnMove{fmt.Sprintf("M%d %dH%dV%dH%d", right, from.middle()-7, right+trunk-4, y, to.X), to.X - 10, y - 5, "end", m.Text}
	default:
		to, y := boxes[m.To], from.middle()+7
		end := to.X + boxWidth
		return drawnMove{fmt.Sprintf("M%d %dH%dV%dH%d", from.X, y, end+trunk+4, to.middle()+7, end), from.X - 10, y + 14, "end", m.Text}
	}
}
