//! The rules of a project, judged on a draft: what a policy forbids becomes a hold, what is broken already a finding.
//!
//! Not the making of steps: that is `plan`. Pure, and it never fails. In reading order: `board` lays out who has what and
//! which steps there are, `duties` judges policies, `lockout` keeps somebody who can manage users, `keep` turns what is
//! forbidden into holds. Invariant: no step is lost; one that is not among the steps afterwards stands in a hold.

mod board;
mod count;
mod duties;
mod keep;
pub mod lockout;

use board::Board;

use crate::plan::{Draft, Input};

/// Judges a draft by the policies, and by what is always demanded: that somebody can still let people in.
pub fn judge(draft: Draft, input: &Input<'_>) -> Draft {
    let mut board = Board::new(draft, input);
    duties::judge(&mut board);
    lockout::judge(&mut board);
    let mut draft = keep::back(board);
    lockout::name_witnesses(&mut draft, input);
    draft
}
