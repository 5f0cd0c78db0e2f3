package catalog

import (
	"fmt"
	"maps"
	"slices"
)

// State is one value of the property state and what it means.
type State struct{ Key, Title, Sentence string }

// Move is how an act leads from one state to another; to "" where it deletes the
// record.
type Move struct {
	Act      *Act
	From, To string
}

// Moves are the ways from state to state, in the order of the acts.
func (k *Kind) Moves() (all []Move) {
	for _, a := range k.Acts {
		to, _ := a.Set["state"].(string)
		if to == "" && !a.Remove {
			continue
		}
		for _, from := range a.When {
			all = append(all, Move{a, from, to})
		}
	}
	return all
}

// states checks the declared states: each means something, and none is a dead end.
func (k *compiler) states(bad func(word, string, string), d *recordsDecl, kind *Kind) {
	if len(d.States) == 0 {
		return
	}
	f := kind.Field("state")
	for _, key := range slices.Sorted(maps.Keys(d.States)) {
		if f == nil || f.Option(key) == nil {
			bad(d.Kind, "states names "+key+", which "+kind.Key+" never is", "use a value of the property state")
			return
		}
	}
	moves := kind.Moves()
	for _, o := range f.Options {
		if d.States[o.Value] == "" {
			bad(d.Kind, "states leaves out "+o.Value, "say what each state of "+kind.Key+" means")
		}
		if !slices.ContainsFunc(moves, func(m Move) bool { return m.From == o.Value }) {
			bad(d.Kind, "no act leaves the state "+o.Value, "add one, so that nothing is stuck in it")
		}
		kind.States = append(kind.States, State{o.Value, o.Title, d.States[o.Value]})
	}
}

// Diagram draws the states as a Mermaid diagram.
func (k *Kind) Diagram() string {
	text := "stateDiagram-v2\n"
	for _, s := range k.States {
		text += fmt.Sprintf("    %s: %s\n", s.Key, s.Title)
	}
	for _, m := range k.Moves() {
		to := m.To
		if to == "" {
			to = "[*]"
		}
		text += fmt.Sprintf("    %s --> %s: %s\n", m.From, to, m.Act.Title)
	}
	return text
}
