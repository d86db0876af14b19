//! From when and until when certificates are good.
use core::time::Duration;
use rcgen::CertificateParams;
use std::time::{SystemTime, UNIX_EPOCH};
use x509_parser::prelude::{FromDer as _, X509Certificate};

const DAY: Duration = Duration::from_secs(24 * 3600);
pub(super) const AUTHORITY: Duration = Duration::from_secs(20 * 365 * 24 * 3600);
pub(super) const BOX: Duration = Duration::from_secs(5 * 365 * 24 * 3600);
/// Browsers refuse a server that claims more than 825 days.
pub(super) const PAGE: Duration = Duration::from_secs(820 * 24 * 3600);
/// Made again when less is left.
const RENEW: Duration = Duration::from_secs(60 * 24 * 3600);

fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// From yesterday (clocks differ) for `length`.
pub(super) fn set(params: &mut CertificateParams, length: Duration) {
    let start = rcgen::date_time_ymd(1970, 1, 1) + since_epoch().saturating_sub(DAY);
    params.not_before = start;
    params.not_after = start + length;
}

/// Is the certificate good now and for longer than `RENEW`?
pub(super) fn lasts(der: &[u8]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        return false;
    };
    let seconds = |at: i64| Duration::from_secs(u64::try_from(at).unwrap_or(0));
    let validity = certificate.validity();
    seconds(validity.not_before.timestamp()) <= since_epoch()
        && seconds(validity.not_after.timestamp()) > since_epoch() + RENEW
}
