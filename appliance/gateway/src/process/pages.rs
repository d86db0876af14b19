//! stub
use super::Ground;
use super::telephony::Telephony;
use crate::link::LinkHandle;
use messages::lane::Metrics;
use metrics_exporter_prometheus::PrometheusHandle;

pub(super) fn metrics_source(_ground: &Ground) -> Box<dyn Fn() -> Metrics + Send + Sync> {
    Box::new(Metrics::default)
}

pub(super) fn start(
    _g: &Ground,
    _t: &Telephony,
    _l: Option<&LinkHandle>,
    _m: PrometheusHandle,
) -> anyhow::Result<()> {
    Ok(())
}
