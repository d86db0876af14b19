//! The rules over a registry of plain tables: what each command becomes, and what it is refused with.
mod configuring;
mod customers;
mod devices;
mod erasing;
mod fake;
mod people;
