//! From the files on disk to a store that runs, and what the last run left to be done.
use super::Ground;
use super::telephony::Telephony;
use crate::clock::Clock;
use crate::config::Config;
use crate::enroll::BoxPaths;
use crate::recorder;
use crate::secrets::OsSecrets;
use anyhow::Context as _;
use branch::{Input, RestoredBinding};
use branch_store::{
    OpenRecording, Opened, Parts, Purpose, Recovered, SoftKeys, Store, StoreConfig, StoreError,
};
use core::time::Duration;
use identity::whole_file;
use messages::ceilings::branch_day_start;
use messages::fact::{Actor, Fact, RecordingCut};
use messages::{BootId, UtcMs};
use seal::{Key, KeyId, KeyStore as _};
use sip::{DialogRecord, Orphan};
use std::path::Path;
use std::sync::Arc;

/// Opens the data folder; `Purpose::Console` for one order of the command line.
pub(crate) fn open_store(
    config: &Config,
    clock: &Clock,
    boot: BootId,
    purpose: Purpose,
) -> anyhow::Result<Opened> {
    let mut keys = SoftKeys::open(config.keys_dir.clone())
        .map_err(StoreError::from)
        .context("keys_dir")?;
    take_over_hq_key(&mut keys, &config.identity_dir()).context("the key of headquarters")?;
    let of_store = clock.clone();
    let parts = Parts {
        config: store_config(config, boot),
        key_store: Box::new(keys),
        decider: Box::new(crm::Rules),
        clock: Arc::new(move || of_store.now()),
        secrets: Box::new(OsSecrets),
    };
    Store::open(parts, purpose).with_context(|| format!("data_dir {}", config.data_dir.display()))
}

pub(super) fn store_config(config: &Config, boot: BootId) -> StoreConfig {
    let mut store = StoreConfig::new(
        config.data_dir.clone(),
        config.box_id.clone(),
        env!("CARGO_PKG_VERSION"),
        boot,
    );
    store.limits.disk_floor_bytes = config.disk.quota_bytes() / 2;
    store.tenant_blind = crate::link::tenant_blind(&config.identity_dir());
    store
}

/// The key that headquarters gave with the identity goes into the key store, where the vault looks for it.
fn take_over_hq_key(keys: &mut SoftKeys, identity_dir: &Path) -> anyhow::Result<()> {
    let Some(given) = whole_file::read_key(&BoxPaths::within(identity_dir).hq_key)? else {
        return Ok(());
    };
    let given = Key::from_bytes(*given);
    match keys.key(KeyId::Headquarters)? {
        Some(kept) if kept == given => return Ok(()),
        Some(_of_another_headquarters) => keys.destroy_key(KeyId::Headquarters)?,
        None => {}
    }
    keys.put_key(KeyId::Headquarters, &given)?;
    Ok(())
}

/// The files are not what they should be: somebody has to look. (That another process uses them is no such thing.)
pub(super) fn failed_check(bad: &anyhow::Error) -> Option<&StoreError> {
    let failed = bad.downcast_ref::<StoreError>()?;
    (!matches!(failed, StoreError::InUse(_))).then_some(failed)
}

/// Phones are reachable again, the peers of lost calls are told, cut recordings are measured.
pub(super) fn hand_over(ground: &Ground, telephony: &Telephony, recovered: Recovered) {
    let now = ground.clock.now();
    let bindings = recovered.bindings.into_iter().filter_map(|row| {
        let left = row.expires?.ms_since(now.utc);
        let contact = row.contact.filter(|_| left > 0)?;
        let expires = now.mono + Duration::from_millis(left);
        let (extension, source, user_agent) = (row.extension, row.source, row.user_agent);
        let local = telephony.sockets.udp.towards(source)?.local;
        Some(RestoredBinding {
            local,
            extension,
            contact,
            source,
            user_agent,
            expires,
        })
    });
    telephony
        .door
        .put(Input::RestoreBindings(bindings.collect()));
    count_on(ground, telephony);
    for dialog in recovered.dialogs {
        let orphan = Orphan {
            boot: dialog.id.boot,
            leg: dialog.id.leg,
        };
        let record = DialogRecord(dialog.record);
        telephony.door.put(Input::EndOrphan { orphan, record });
    }
    let cut = recovered.recordings.iter().map(|left| {
        let body = measure(ground, *left);
        Fact::new(now.utc, now.utc_trusted, Actor::System, body)
    });
    let cut: Vec<Fact> = cut.collect();
    if !cut.is_empty() && ground.store.append_admitted(cut).is_err() {
        tracing::error!("cut recordings could not be noted");
    }
}

/// What was used today before this run counts: a restart opens no ceiling.
fn count_on(ground: &Ground, telephony: &Telephony) {
    let today = UtcMs(branch_day_start(ground.clock.now().utc.0));
    let spent = ground
        .store
        .reader()
        .and_then(|reader| reader.spent_since(today));
    match spent {
        Ok(rows) => {
            let calls = rows.into_iter().map(|row| gate::Spent {
                by: row.wanted_by,
                trunk: row.trunk,
                destination: row.destination,
                talk_ms: row.talk_ms,
            });
            telephony.door.put(Input::Spent(calls.collect()));
        }
        Err(bad) => tracing::error!(code = bad.code(), "what was used today is not known"),
    }
}

/// What is on the disk of a recording whose process ended; nothing, if it never came to a segment.
fn measure(ground: &Ground, left: OpenRecording) -> RecordingCut {
    let path = recorder::path_of(&ground.config.recordings_dir(), left.recording);
    let info = match ground.store.open_recording_key(left.recording) {
        Ok(Some(key)) => recorder::recovered(&path, key.expose()).ok(),
        Ok(None) | Err(_) => None,
    };
    RecordingCut {
        recording: left.recording,
        segments: info.as_ref().map_or(0, |info| info.segments),
        duration_ms: info.as_ref().map_or(0, |info| info.duration_ms),
        bytes: info.as_ref().map_or(0, |info| info.bytes),
    }
}
