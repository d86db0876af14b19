//! The store as its users see it: opened on a real folder, with the real rules.
mod store {
    mod calls;
    mod commands;
    mod privacy;
    mod restart;
    mod stage;
}
