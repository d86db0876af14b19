//! What headquarters has wanted so far.
use super::Reader;
use crate::error::StoreError;
use messages::directive::HqSees;
use messages::fact::FieldPolicyChanged;
use rusqlite::OptionalExtension as _;

impl Reader {
    /// The last directive in the inbox; 0 if there is none.
    pub fn directives_upto(&self) -> Result<u64, StoreError> {
        let upto = self
            .conn
            .prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM directive")?
            .query_row([], |row| crate::column::count(row, 0))?;
        Ok(upto)
    }

    /// What headquarters may see; nothing before it has said so.
    pub fn field_policy(&self) -> Result<FieldPolicyChanged, StoreError> {
        let found = self
            .conn
            .prepare_cached("SELECT name, number FROM field_policy")?
            .query_row([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let sees = |code: &str| HqSees::of_code(code).unwrap_or_default();
        Ok(found.map_or(
            FieldPolicyChanged {
                name: HqSees::Never,
                number: HqSees::Never,
            },
            |(name, number)| FieldPolicyChanged {
                name: sees(&name),
                number: sees(&number),
            },
        ))
    }
}
