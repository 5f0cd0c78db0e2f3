package letter

import (
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
)

// Routes are the routes of this wing: who may come in stands beside each.
func (h *Handlers) Routes() []guard.Route {
	return []guard.Route{
		guard.Operator(page.Get, "/operator/mail", "letters are of the whole installation", h.listLetters),
		guard.Operator(page.Get, "/operator/mail-limits", "letters are of the whole installation", h.listLetterRefusals),
		guard.Operator(page.Get, "/operator/mail/:letter", "letters are of the whole installation", h.showLetter),
		guard.Operator(page.Post, "/operator/mail/:letter/retry", "letters are of the whole installation", h.retryLetter),
	}
}
