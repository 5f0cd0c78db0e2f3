package account

import (
	"time"

	"bailiwick/handlers/api"
)

// apiIdleLimit is how long a session may go unused in the account.
type apiIdleLimit struct {
	Minutes *int `json:"minutes" jsonschema:"from 5 to 480; null for no limit"`
}

func (h *Handlers) apiReadIdleLimit(c api.Call) (out apiIdleLimit, err error) {
	limit, err := h.Store.IdleLimit(c.Request().Context(), c.Grant)
	if n := int(limit.Minutes()); n > 0 {
		out.Minutes = &n
	}
	return out, err
}

func (h *Handlers) apiLimitIdle(c api.Call, patch func(*apiIdleLimit) error) (out apiIdleLimit, err error) {
	out, err = h.apiReadIdleLimit(c)
	if err == nil {
		err = patch(&out)
	}
	if err != nil {
		return out, err
	}
	minutes := 0
	if out.Minutes != nil {
		if minutes = *out.Minutes; minutes <= 0 || minutes > mostMinutes {
			minutes = -1 // which is refused, and zero is not
		}
	}
	return out, h.Store.LimitIdle(c.Request().Context(), c.Grant, time.Duration(minutes)*time.Minute)
}

// mostMinutes fit into a time.Duration.
const mostMinutes = 1 << 20

// apiTwoStepRule is whether sign-ins to the account take two steps.
type apiTwoStepRule struct {
	Required bool       `json:"required"`
	Since    *time.Time `json:"since,omitempty"`
	People   int        `json:"people" jsonschema:"how many can sign in"`
	Ready    int        `json:"ready" jsonschema:"how many of them can sign in by two steps"`
}

func (h *Handlers) apiReadTwoStepRule(c api.Call) (apiTwoStepRule, error) {
	rule, err := h.Store.TwoStepRule(c.Request().Context(), c.Grant)
	return apiTwoStepRule{rule.Since != nil, rule.Since, rule.People, rule.Ready}, err
}

// apiRequireTwoStep makes the body of the operations that require it and stop.
func (h *Handlers) apiRequireTwoStep(required bool) func(api.Call) (apiTwoStepRule, error) {
	return func(c api.Call) (apiTwoStepRule, error) {
		if err := h.Store.RequireTwoStep(c.Request().Context(), c.Grant, c.Visit().Session, required); err != nil {
			return apiTwoStepRule{}, err
		}
		return h.apiReadTwoStepRule(c)
	}
}
