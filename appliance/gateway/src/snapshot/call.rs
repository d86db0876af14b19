//! One question about snapshots, over mutual TLS with this box's certificate.
use super::SnapshotError;
use crate::enroll::{BoxPaths, EnrollError, HqPlace, Place, post};
use crate::link::client_config;
use messages::snapshot::{PIECE_MESSAGE_BYTES_MAX, SnapshotRefused};
use messages::wire;
use rustls::ClientConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Where headquarters is for boxes, and how it is trusted.
pub(super) struct Line {
    place: Place,
    tls: Arc<ClientConfig>,
}

impl Line {
    /// `broker`: where the configuration names it; else what headquarters said at the enrolment.
    pub(super) fn open(dir: &Path, broker: Option<&str>) -> Result<Self, SnapshotError> {
        let paths = BoxPaths::within(dir);
        let told = match broker {
            Some(broker) => Some(broker.to_owned()),
            None => HqPlace::read(dir)
                .map_err(EnrollError::from)?
                .map(|place| place.broker),
        };
        let unknown = || EnrollError::Unreachable("no_broker".to_owned());
        let place =
            Place::of_url(&format!("https://{}", told.ok_or_else(unknown)?)).ok_or_else(unknown)?;
        let mut tls = client_config(&paths.ca, &paths.identity)
            .map_err(|bad| EnrollError::Tls(bad.code().to_owned()))?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            place,
            tls: Arc::new(tls),
        })
    }

    pub(super) async fn ask<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        question: &Q,
    ) -> Result<A, SnapshotError> {
        let body = wire::encode(question).map_err(|_bad| SnapshotError::BadAnswer)?;
        let answer = post(
            &self.place,
            Arc::clone(&self.tls),
            path,
            body,
            PIECE_MESSAGE_BYTES_MAX,
        );
        let answer = answer.await.map_err(EnrollError::from)?;
        if answer.status != 200 {
            let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let code = problem["code"].as_str().unwrap_or_default();
            let why = SnapshotRefused::ALL.iter().find(|why| why.code() == code);
            return Err(why.map_or(SnapshotError::BadAnswer, |why| SnapshotError::Refused(*why)));
        }
        wire::decode(&answer.body).map_err(|_bad| SnapshotError::BadAnswer)
    }
}
