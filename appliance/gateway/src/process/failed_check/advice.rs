//! What is to be done about each code: the key of its texts under `boot_check` in the locales.

/// One advice serves several codes.
pub(super) const ADVICE: [(&str, &str); 16] = [
    ("store_io", "access"),
    ("key_store_io", "access"),
    ("store_sql", "damage"),
    ("store_row", "damage"),
    ("store_damaged", "damage"),
    ("store_file_missing", "missing"),
    ("vault_incomplete", "missing"),
    ("journal_tail_lost", "tail"),
    ("journal_broken", "tail"),
    ("vault_keys_missing", "keys"),
    ("key_store_damaged", "keys"),
    ("disk_full", "room"),
    ("disk_sync_failed", "disk"),
    ("disk_io", "disk"),
    ("store_migration", "version"),
    ("store_busy", "access"),
];

pub(super) fn advice(code: &str) -> &'static str {
    let found = ADVICE.iter().find(|(known, _)| *known == code);
    found.map_or("damage", |(_, advice)| advice)
}
