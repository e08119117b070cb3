// Package driver stands in for the standard package of this name in the client.
// go-app's module for UUIDs can write them to databases and names this one type.
package driver

type Value any
