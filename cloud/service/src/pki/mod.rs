//! Headquarters' certificate authority: the boxes' identities and the server's own certificate.
