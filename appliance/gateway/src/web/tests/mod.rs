//! The branch's API over a real store: who sees what, what is written, what a page is told.
mod call_settings;
mod calls;
mod live_socket;
mod playback;
mod privacy;
mod requests;
mod session;
mod setup;
mod world;
