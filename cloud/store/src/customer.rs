//! A customer as headquarters lists it: what is personal is still sealed.
use crate::{Erased, PageLimit};
use messages::{BoxId, CustomerId, PartyId, PartyNumber, PersonName, Personal, Stage, UtcMs};

#[derive(Clone, Debug, PartialEq)]
pub struct CustomerRecord {
    pub box_id: BoxId,
    pub customer: CustomerId,
    pub party: PartyId,
    pub name: Personal<PersonName>,
    pub number: Personal<PartyNumber>,
    pub stage: Stage,
    pub attempts: u32,
    pub last_contact: Option<UtcMs>,
    pub imported: UtcMs,
    pub erased: Option<Erased>,
}

/// Which customers: by box, then newest first.
#[derive(Clone, Debug, Default)]
pub struct CustomerQuery {
    pub box_id: Option<BoxId>,
    pub stage: Option<Stage>,
    pub after: Option<CustomerCursor>,
    pub limit: PageLimit,
}

/// The last row of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerCursor {
    pub box_id: BoxId,
    pub customer: CustomerId,
}

impl CustomerRecord {
    #[must_use]
    pub fn cursor(&self) -> CustomerCursor {
        CustomerCursor {
            box_id: self.box_id.clone(),
            customer: self.customer,
        }
    }
}
