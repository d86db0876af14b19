//! The configuration of dnsmasq that sends phones here (RFC 2132 options 43 and 66; 160 as Cisco's SPA line asks).

/// For a branch whose addresses dnsmasq gives out. `url` with its slash at the end.
#[must_use]
pub fn dnsmasq(url: &str) -> String {
    format!(
        "# Desk phones fetch their configuration from this gateway.\n\
         # Put this file into /etc/dnsmasq.d/ of whatever gives out the addresses of the phones' network.\n\
         # Yealink, Fanvil, Grandstream and Snom ask option 66, Cisco SPA 66 and 160.\n\
         dhcp-option-force=66,\"{url}\"\n\
         dhcp-option-force=160,\"{url}\"\n\
         # Yealink also asks option 43, which other devices read in ways of their own: only for those who say Yealink.\n\
         dhcp-vendorclass=set:yealink,yealink\n\
         dhcp-option-force=tag:yealink,43,\"{url}\"\n"
    )
}
