//! Desk phones that are configured by the branch, and what a token has to say.
use super::Reader;
use crate::column;
use crate::error::StoreError;
use messages::command::PhonePlan;
use messages::{Device, DeviceVendor, Extension, Given, Mac, UtcMs};
use rusqlite::{Connection, OptionalExtension as _, Row};

const COLUMNS: &str = "SELECT mac, vendor, model, extension, open_until, serial, given, given_to, assigned FROM device";

impl Reader {
    /// Those that have a number, by their addresses.
    pub fn devices(&self) -> Result<Vec<Device>, StoreError> {
        let sql = format!("{COLUMNS} WHERE extension != '' ORDER BY mac");
        let mut found = self.conn.prepare_cached(&sql)?;
        let rows = found.query_map([], read_device)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn device(&self, mac: Mac) -> Result<Option<Device>, StoreError> {
        Ok(device(&self.conn, mac)?)
    }

    /// What a phone's configuration says: its name and its password in clear.
    pub fn phone_plan(&self, extension: &Extension) -> Result<Option<PhonePlan>, StoreError> {
        let phones = super::branch::phone_plans(&self.conn, &self.keys)?;
        Ok(phones.into_iter().find(|one| one.extension == *extension))
    }

    /// What a device shows that was given `serial` configurations.
    #[must_use]
    pub fn device_token(&self, mac: Mac, serial: u32) -> String {
        self.keys.box_key.device_token(mac, serial)
    }
}

pub(crate) fn device(conn: &Connection, mac: Mac) -> rusqlite::Result<Option<Device>> {
    conn.prepare_cached(&format!("{COLUMNS} WHERE mac = ? AND extension != ''"))?
        .query_row([mac.to_string()], read_device)
        .optional()
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let given = column::utc_or_none(row, 6)?;
    let assigned: UtcMs = column::utc(row, 8)?;
    let given = given.map(|at| {
        Ok::<_, rusqlite::Error>(Given {
            at,
            to: column::text(row, 7, |text| text.parse().ok())?,
            since_assigned: at >= assigned,
        })
    });
    Ok(Device {
        mac: column::text(row, 0, Mac::parse)?,
        vendor: column::text(row, 1, DeviceVendor::parse)?,
        model: row.get(2)?,
        extension: column::text(row, 3, Extension::parse)?,
        open_until: column::utc(row, 4)?,
        serial: row.get(5)?,
        given: given.transpose()?,
    })
}
