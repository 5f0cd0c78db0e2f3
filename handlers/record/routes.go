package record

import (
	"slices"

	"bailiwick/catalog"
	"bailiwick/handlers/api"
	"bailiwick/handlers/guard"
	"bailiwick/handlers/page"
	records "bailiwick/models/record"
)

// oneByOne is why restoring many has no operation.
const oneByOne = "is for ticked rows: programs restore one after the other"

// Routes are the pages of every section that holds records: its list and
// form, one record and its form, and the acts. What is deleted anywhere is
// restored in one place, by whoever could delete it.
func (h *Handlers) Routes() (all []guard.Route) {
	all = append(all,
		guard.In(page.Get, "/deleted", "control_panel", h.listDeleted).
			API(api.List("List what was deleted lately", h.apiListDeleted, append([]guard.Parameter{api.Search}, api.Period...)...)),
		guard.In(page.Post, "/deleted/:record/restore", "control_panel", h.restoreRecord).
			API(api.Do("Restore what was deleted", h.apiRestore)),
		guard.In(page.Get, "/deleted/batches/new", "control_panel", h.askRestore).PageAlone(guard.Asks),
		guard.In(page.Post, "/deleted/batches", "control_panel", h.restoreMany).PageAlone(oneByOne),
		guard.In(page.Get, "/deleted/batches/:batch", "control_panel", h.showRestored).PageAlone(oneByOne),
		guard.In(page.Post, "/deleted/batches/:batch/undo", "control_panel", h.undoRestore).PageAlone(oneByOne))
	acted := map[*catalog.Act]bool{}
	for _, s := range h.Catalog.Sections {
		r := s.Records
		if r == nil || s.Pending != "" {
			continue
		}
		key := func(p catalog.Permission) string { return h.Catalog.Info(p).Key }
		view, of := key(s.View), operations{h, s, r}
		if !s.Single() {
			all = append(all,
				guard.In(page.Get, s.Path, view, h.atRecords(s, h.ListRecords)).API(of.list(h.atRecords(s, h.AnswerList))),
				guard.In(page.Get, s.Path+".csv", view, h.atRecords(s, h.ExportRecords)).PageAlone("is the list, written as CSV"))
			if canBulk(r) {
				all = append(all,
					guard.In(page.Get, s.Path+"/batches/new", view, h.atRecords(s, h.askBulk)),
					guard.In(page.Post, s.Path+"/batches", view, h.atRecords(s, h.doBulk)).API(of.bulk(h.atRecords(s, h.changeRecords))),
					guard.In(page.Get, s.Path+"/batches/:batch", view, h.atRecords(s, h.showBulk)).API(of.batch("Read what a batch did", h.atRecords(s, h.readBulk))),
					guard.In(page.Post, s.Path+"/batches/:batch/undo", view, h.atRecords(s, h.undoBulk)).API(of.batch("Undo a batch", h.atRecords(s, h.takeBackBulk))))
			}
			if r.Create != 0 {
				ask, make := h.newRecord, h.createRecord
				if r.Import {
					ask, make = h.newImport, h.importRecords
				}
				all = append(all,
					guard.In(page.Get, s.Path+"/new", key(r.Create), h.atRecords(s, ask)),
					guard.In(page.Post, s.Path, key(r.Create), h.atRecords(s, make)).
						API(of.create(h.atRecords(s, h.addRecord))).
						APIAt(page.Post, s.Path+"/many", of.createMany(h.atRecords(s, h.addRecords))))
			}
		}
		if one := r.OnePath(); r.One == s {
			all = append(all, guard.In(page.Get, one, view, h.atRecord(s, h.showRecord)).API(of.read(h.atRecord(s, h.AnswerRecord))))
			if r.Edit != 0 {
				all = append(all,
					guard.In(page.Get, one+"/edit", key(r.Edit), h.atRecord(s, h.editRecord)),
					guard.In(page.Post, one+"/edit", key(r.Edit), h.atRecord(s, h.updateRecord)).API(of.patch(h.atRecord(s, h.patchRecord))))
			}
			if r.Edit != 0 && r.Kind.MakesSecrets() {
				all = append(all,
					guard.In(page.Get, one+"/secret", key(r.Edit), h.atRecord(s, h.askReplaceSecret)),
					guard.In(page.Post, one+"/secret", key(r.Edit), h.atRecord(s, h.replaceSecret)).API(of.secret(h.atRecord(s, h.renewSecret))))
			}
			if r.Delete != 0 {
				all = append(all,
					guard.In(page.Get, one+"/delete", key(r.Delete), h.atRecord(s, h.askDeleteRecord)),
					guard.In(page.Post, one+"/delete", key(r.Delete), h.atRecord(s, h.deleteRecord)).API(of.remove(h.atRecord(s, h.removeRecord))))
			}
		}
		for _, a := range r.Acts {
			if a.Path == "" && r.One != s || a.Path != "" && acted[a] {
				continue
			}
			acted[a] = true
			all = append(all,
				guard.In(page.Get, r.ActPath(a), key(a.Permission), h.atAct(s, a, h.askAct)),
				guard.In(page.Post, r.ActPath(a), key(a.Permission), h.atAct(s, a, h.doAct)).API(of.act(a, h.atAct(s, a, h.actOnRecord))))
		}
	}
	return all
}

// canBulk tells whether there is something that may be done to many records at once.
func canBulk(r *catalog.Records) bool {
	return r.One.Records.Delete != 0 || slices.ContainsFunc(r.Acts, func(a *catalog.Act) bool {
		return records.InBulk(r.Kind, a) || len(a.Fields) == 1 && a.Fields[0].Name == "tags"
	})
}
