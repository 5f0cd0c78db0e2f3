package browser

import (
	"context"

	"github.com/chromedp/chromedp"
)

// outOfReach brings one control after the other into the middle of the window, as
// somebody does who looks for it, and names those that then lie outside of it, or
// under something else but a message, which leaves by itself. The window itself may
// move up and down alone.
const outOfReach = `(() => {
	const seen = e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !e.disabled && getComputedStyle(e).clipPath === 'none';
	const name = e => (e.ariaLabel || e.labels?.[0]?.textContent || e.textContent || e.name || e.outerHTML.slice(0, 80)).trim().replace(/\s+/g, ' ');
	const bad = [];
	for (const e of document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')) {
		if (e.closest('.skip,tbody tr:nth-child(n+4),ol.changes > li:nth-child(n+4)') || !seen(e)) continue;
		const wrong = inline => {
			e.scrollIntoView({block: 'center', inline, behavior: 'instant'});
			const r = [...e.getClientRects()].find(r => r.width && r.height);
			if (!r) return '';
			if (scrollX || r.left < -1 || r.right > innerWidth + 1) return ' lies outside the window';
			const at = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
			const own = at && (e.contains(at) || at.contains(e) || at.closest('#toasts') || [...(e.labels ?? [])].some(l => l.contains(at)));
			return own ? '' : ' lies under ' + (at ? name(at).slice(0, 60) : 'nothing');
		};
		const why = wrong('nearest') && wrong('center');
		if (why) bad.push(name(e).slice(0, 60) + why);
	}
	scrollTo(0, 0);
	return bad;
})()`

// OutOfReach names the controls of the page of a tab that nobody can press: those
// outside the window, and those under something else. Of rows that are made alike
// it tries the first ones.
func OutOfReach(ctx context.Context) ([]string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[[]string](outOfReach))
}
