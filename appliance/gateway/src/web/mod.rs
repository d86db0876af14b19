//! What browsers and other programs see: REST, live socket, pages.
