//! The appliance's identities: its certificate from headquarters, and its own authority for its page.
