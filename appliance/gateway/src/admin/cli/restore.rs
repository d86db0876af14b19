//! Restoring on the command line: only where no gateway runs, and only into a data folder without data.
use super::answer;
use super::site::Site;
use super::utc;
use crate::admin::order::Report;
use anyhow::Context as _;
use branch_store::{SoftKeys, StoreError, restore_backup};
use std::io::Write;
use std::path::Path;

pub(super) fn restore(
    file: &Path,
    vault: Option<&Path>,
    site: &Site,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let keys = SoftKeys::open(site.keys_dir.clone())
        .map_err(StoreError::from)
        .context("keys_dir")?;
    let restored = restore_backup(&site.store_config(), &keys, file, vault, utc());
    let manifest = match restored {
        Ok(manifest) => manifest,
        Err(bad) => {
            let (code, why) = (bad.code().to_owned(), bad.to_string());
            return answer::write(&Report::Failed { code, why }, out);
        }
    };
    writeln!(
        out,
        "已恢复到第 {seq} 条;录音 {recordings} 个须另行拷回 / restored up to {seq}; {recordings} recordings are to be copied back",
        seq = manifest.head.seq,
        recordings = manifest.recordings.len()
    )?;
    Ok(true)
}
