package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"bailiwick/client"
)

// An agency creates a sub-account, grants it permissions and revokes one.
func ExampleSubAccounts() {
	ctx := context.Background()
	subs := client.New(address, key).Account(client.Me).SubAccounts()

	lisbon, err := subs.Create(ctx, client.NewSubAccount{Name: "Lisbon"})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := subs.ChangePermissions(ctx, lisbon.ID, client.PermissionChange{Grant: []string{"contacts", "logs"}}); err != nil {
		log.Fatal(err)
	}
	now, err := subs.ChangePermissions(ctx, lisbon.ID, client.PermissionChange{Revoke: []string{"logs"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lisbon.Name, now.Permissions["contacts"], now.Permissions["logs"])
	// Output: Lisbon true false
}

// A subuser gets two roles and a link by which it chooses its password.
func ExampleSubusers() {
	ctx := context.Background()
	subusers := client.New(address, key).Account(client.Me).Subusers()

	lise, err := subusers.Create(ctx, client.NewSubuser{Name: "lise", Roles: client.Roles("Supervisor", "Support")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lise.Name, lise.PasswordLink != "")
	for u, err := range subusers.All(ctx, client.Where("role", "Supervisor")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(u.Name, u.Roles[0].Name, u.Roles[1].Name)
	}
	// Output:
	// lise true
	// lise Supervisor Support
}

// A contact is created, found, changed for the version that was read, and deleted.
func ExampleRecords() {
	ctx := context.Background()
	contacts := client.New(address, key).Account(client.Me).Records("/contacts")

	if _, err := contacts.Create(ctx, client.Record{"name": "Charles", "phone": "+49 30 901820"}); err != nil {
		log.Fatal(err)
	}
	for c, err := range contacts.All(ctx, client.Where("q", "charles")) {
		if err != nil {
			log.Fatal(err)
		}
		changed, err := contacts.Patch(ctx, c.ID(), client.Record{"name": "Charles Babbage"}, client.IfVersion(c.Version()))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(changed.Text("name"), changed.Text("phone"))
		if err := contacts.Delete(ctx, c.ID()); err != nil {
			log.Fatal(err)
		}
	}
	// Output: Charles Babbage +4930901820
}

// What did not work says what is wrong where, in the sentences of the page.
func ExampleProblem() {
	ctx := context.Background()
	contacts := client.New(address, key).Account(client.Me).Records("/contacts")

	_, err := contacts.Create(ctx, client.Record{"name": ""})
	var p *client.Problem
	if errors.As(err, &p) {
		fmt.Println(p.Status, p.At("/name"))
	}
	_, err = contacts.Get(ctx, "00000000-0000-7000-8000-000000000000")
	fmt.Println(errors.Is(err, client.Absent))
	// Output:
	// 422 Fill this in.
	// true
}
