//! From when and until when certificates are good.
use crate::CertificateFacts;
use core::time::Duration;
use messages::UtcMs;
use rcgen::CertificateParams;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: Duration = Duration::from_secs(24 * 3600);
pub const AUTHORITY: Duration = Duration::from_secs(20 * 365 * 24 * 3600);
/// A box renews its own when two thirds are over: one that was off for four months still comes back by itself.
pub const BOX: Duration = Duration::from_secs(365 * 24 * 3600);
/// Browsers refuse a server that claims more than 825 days.
pub const SERVER: Duration = Duration::from_secs(820 * 24 * 3600);
/// Made again when less is left.
const RENEW: Duration = Duration::from_secs(60 * 24 * 3600);

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The machine's clock, trusted or not.
#[must_use]
pub fn now() -> UtcMs {
    UtcMs(i64::try_from(since_epoch().as_millis()).unwrap_or(i64::MAX))
}

/// From yesterday (clocks differ), for `length` from now.
pub fn set(params: &mut CertificateParams, length: Duration) {
    let start = rcgen::date_time_ymd(1970, 1, 1) + since_epoch().saturating_sub(DAY);
    params.not_before = start;
    params.not_after = start + DAY + length;
}

/// Is the certificate good now and for longer than 60 days?
#[must_use]
pub fn lasts(der: &[u8]) -> bool {
    let Some(facts) = CertificateFacts::of(der) else {
        return false;
    };
    let now = now();
    let renew_ms = i64::try_from(RENEW.as_millis()).unwrap_or(i64::MAX);
    facts.not_before <= now && facts.not_after.0 > now.0.saturating_add(renew_ms)
}
