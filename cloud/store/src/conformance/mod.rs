//! What every store has to keep: one suite, run against each implementation.
#![allow(clippy::unwrap_used)] // a broken promise is a panic here

mod care;
mod dead_letters;
mod erasures;
mod intake;
mod lines;
mod lists;
mod people;
mod register;
mod rollups;
pub mod story;
mod wishes;

use crate::Store;

/// Opens the store of one tenant in one and the same fresh database.
pub type Opener = Box<dyn Fn(&str) -> Box<dyn Store>>;

/// A promise and the case that proves it.
pub type Case = (&'static str, fn(&Opener));

/// Every case; each wants a fresh database.
pub const CASES: &[Case] = &[
    ("a greeted box is known from then on", intake::greeting),
    (
        "facts stand byte for byte and the cursor moves",
        intake::byte_for_byte,
    ),
    (
        "a batch that comes again changes nothing",
        intake::idempotent,
    ),
    (
        "a batch that does not fit changes nothing and says why",
        intake::unfit,
    ),
    (
        "a fact that cannot be applied is set aside and the next ones go on",
        intake::poison,
    ),
    (
        "facts set aside are listed by branch and found one by one",
        dead_letters::listed,
    ),
    (
        "what is tried again and still fails stays, says so, and moves nothing",
        dead_letters::tried_again,
    ),
    (
        "one letter is tried alone, and only letters that are there",
        dead_letters::only_what_is_there,
    ),
    (
        "equal states have equal hashes",
        dead_letters::equal_states_equal_hashes,
    ),
    ("a kind of tomorrow is kept", intake::unknown_kind),
    (
        "the safe mark never goes back nor beyond what is applied",
        intake::safe_mark,
    ),
    (
        "links, samples and troubles are shown with the box",
        intake::box_state,
    ),
    ("the ring of samples is bounded", intake::metrics_ring),
    ("tenants do not see each other", intake::tenants),
    (
        "every list, cut into pages of any size, is the whole list",
        lists::paging,
    ),
    ("filters find exactly their rows", lists::filters),
    (
        "customers keep their sealed bytes and follow their calls",
        lists::customers_case,
    ),
    ("recordings follow their facts", lists::recordings_case),
    (
        "an erased person's values are gone, and stay gone when the person is met again",
        erasures::erased,
    ),
    (
        "an erasure is pending until every copy has confirmed",
        erasures::receipts,
    ),
    (
        "a branch is told once what headquarters has forgotten, and again behind a restore",
        erasures::told,
    ),
    (
        "an old tail is kept byte for byte and counts no more, and an erasure in it stays one",
        lines::old_tails,
    ),
    ("a gap is known and the line goes on behind it", lines::gaps),
    (
        "of a copied box nothing is taken until one run is chosen",
        lines::copies,
    ),
    (
        "what waited as bytes leaves what reading at once would have left",
        lines::raw,
    ),
    (
        "roll-ups are the pure fold over the facts",
        rollups::are_the_fold,
    ),
    (
        "a rebuild from the journal gives what stood",
        rollups::rebuild,
    ),
    (
        "a journal that nobody touched is whole to its end",
        care::walks,
    ),
    (
        "a backup makes safe what it holds, and only of this history",
        care::backups,
    ),
    (
        "a store that was put back says so and is safe as far as it goes",
        care::restores,
    ),
    (
        "there is one policy, and every branch hears what counts now",
        wishes::one_policy,
    ),
    (
        "one refusal of contact is enough, whoever lifts theirs",
        wishes::deny_wins,
    ),
    (
        "many refusals go in directives of a bounded size",
        wishes::many_refusals,
    ),
    (
        "directives are numbered without a hole and show what became of them",
        wishes::directives_in_order,
    ),
    (
        "a directive is signed for a branch that is there, or not written at all",
        wishes::signed_or_not_at_all,
    ),
    (
        "an inbox that knows more than we do hears again what counts",
        wishes::inbox_beyond_ours,
    ),
    (
        "put back from a backup, it gives no number a second meaning",
        wishes::no_number_means_two_things,
    ),
    (
        "a command is answered once, and not sent when it is too late",
        wishes::commands_once,
    ),
    (
        "users are made once and change their password",
        people::users,
    ),
    ("every deed at headquarters is written down", people::audit),
    (
        "an enrolment is open once, for some tries, until it is used or ends",
        register::enrolments,
    ),
    (
        "a certificate gives way to a newer one or is revoked, and stays known",
        register::certificates,
    ),
];

/// Runs every case, each on a fresh database.
pub fn suite(fresh: &dyn Fn() -> Opener) {
    for (promise, case) in CASES {
        tracing::debug!(promise);
        case(&fresh());
    }
}

fn hq(open: &Opener) -> Box<dyn Store> {
    open("hq")
}
