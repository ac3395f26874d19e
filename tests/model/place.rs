//! Where which steps may stand, so that a program has one tree whatever the timing, and promises no
//! more than the tracer does.

use crate::program::{Kind, Layer, Op, Outliving, Program, What};

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(crate) struct Place {
    /// Not async.
    is_sync: bool,
    /// Driven to its end inside of one poll: no other task may be waited for, guards may be held.
    is_local: bool,
    /// Dropped after a number of polls: only what is pending by itself.
    is_counted: bool,
    /// The local root here is the request's.
    is_rooted: bool,
    /// No span here is current in this task.
    is_lost: bool,
    /// Straight-line code of a frame: what is said of guards holds.
    is_straight: bool,
    is_guarded: bool,
    /// The loser of a select waits here.
    is_loser: bool,
    /// Panics end in a step outside of it.
    is_caught: bool,
    drivers: usize,
}

impl Place {
    pub(crate) const fn request(drivers: usize) -> Self {
        Self {
            is_sync: false,
            is_local: false,
            is_counted: false,
            is_rooted: true,
            is_lost: false,
            is_straight: true,
            is_guarded: false,
            is_loser: false,
            is_caught: false,
            drivers,
        }
    }

    pub(crate) const fn is_sync(self) -> bool {
        self.is_sync
    }

    /// Whether a step may stand here, without its bodies.
    pub(crate) fn allows(self, op: &Op) -> bool {
        let waits = !self.is_sync && !self.is_local && !self.is_counted;
        match op.kind {
            Kind::Leaf | Kind::Scope => true,
            // A loser must come to where it waits.
            Kind::Throw => self.is_caught && !self.is_loser,
            _ if self.is_sync => false,
            Kind::Yield | Kind::Thread | Kind::Join => true,
            Kind::Guard | Kind::Crossed => self.is_local && self.is_straight,
            Kind::OnDrop => !self.is_guarded,
            Kind::Stuck => self.is_loser,
            Kind::Blocking => waits,
            Kind::Select(_) => {
                waits && self.inside(op, 2).is_some_and(|loser| loser.sticks(&op.bodies[2]))
            }
            Kind::Later(_) => waits && self.is_rooted,
            Kind::Future(_) => self.through(op).is_some(),
        }
    }

    /// Whether a whole body may stand here.
    pub(crate) fn allows_all(self, ops: &[Op]) -> bool {
        ops.iter().all(|op| {
            self.allows(op)
                && op.bodies.iter().enumerate().all(|(index, body)| {
                    self.inside(op, index).is_some_and(|place| place.allows_all(body))
                })
        })
    }

    /// Whether a loser with this body is sure to wait.
    fn sticks(self, ops: &[Op]) -> bool {
        self.is_loser
            && ops.iter().any(|op| match op.kind {
                Kind::Stuck => true,
                Kind::Future(_) => {
                    self.inside(op, 0).is_some_and(|place| place.sticks(&op.bodies[0]))
                }
                _ => false,
            })
    }

    /// The place of a step's body, if the step's layers may stand here.
    pub(crate) fn inside(self, op: &Op, body: usize) -> Option<Self> {
        Some(match (op.kind, body) {
            (Kind::Leaf | Kind::Scope, _) => Self { is_sync: true, ..self },
            (Kind::Thread | Kind::Blocking, _) => Self { is_sync: true, is_caught: false, ..self },
            (Kind::Guard | Kind::Crossed, _) => Self { is_guarded: true, ..self },
            (Kind::Select(_), 2) => {
                Self { is_loser: true, is_straight: true, is_caught: false, ..self }
            }
            (Kind::Join | Kind::Select(_), _) => {
                Self { is_straight: false, is_loser: false, is_caught: false, ..self }
            }
            (Kind::Later(how), index) => Self {
                is_loser: false,
                is_caught: false,
                is_guarded: false,
                is_straight: how != Outliving::Block,
                is_rooted: self.is_rooted && index == 0,
                ..self
            },
            (Kind::Future(what), _) => self.through(op)?.inside_future(what, self.is_lost),
            _ => self,
        })
    }

    /// The place of the body of a future that is made where all is lost or not.
    fn inside_future(self, what: What, is_lost: bool) -> Self {
        let is_rooted = self.is_rooted && !self.is_lost;
        match what {
            What::Block => Self { is_rooted, ..self },
            What::Caught => Self { is_rooted, is_caught: true, ..self },
            What::Stream => Self { is_rooted, is_straight: false, ..self },
            _ => Self {
                is_lost,
                is_guarded: false,
                is_straight: what != What::Rows,
                is_caught: self.is_caught || what == What::Panics,
                is_rooted: self.is_rooted && !matches!(what, What::Root | What::Server),
                ..self
            },
        }
    }

    fn through(self, op: &Op) -> Option<Self> {
        let mut place = self;
        for (index, layer) in op.layers.iter().enumerate() {
            let next = op.layers.get(index + 1);
            // What is called there has no span, and is as who polls it: it must stay in one task.
            if self.is_lost && matches!(layer, Layer::Moved(_)) {
                return None;
            }
            place = place.layer(*layer, next, op.kind)?;
            place.is_lost |= self.is_lost;
        }
        Some(place)
    }

    fn layer(self, layer: Layer, next: Option<&Layer>, kind: Kind) -> Option<Self> {
        let waits = !self.is_local && !self.is_counted;
        let task = Self {
            is_straight: false,
            is_guarded: false,
            is_loser: false,
            is_lost: true,
            is_caught: false,
            ..self
        };
        let is_caught = self.is_caught && !self.is_loser;
        let frame = Self { is_straight: true, is_guarded: false, is_lost: false, ..self };
        let nested = Self { is_local: true, is_counted: false, ..task };
        match layer {
            Layer::Helper { .. } | Layer::InSpan(_) | Layer::InCurrent => Some(frame),
            Layer::InRoot(_) | Layer::Unsampled(_) => Some(Self { is_rooted: false, ..frame }),
            Layer::Unordered => {
                (!self.is_counted).then_some(Self { is_straight: false, is_caught: false, ..self })
            }
            Layer::Cancel(_) => Some(Self { is_counted: true, is_loser: false, is_caught, ..self }),
            Layer::Moved(_) => (waits && is_the_same_anywhere(next, kind)).then_some(task),
            Layer::Spawned => waits.then_some(task),
            Layer::Driver(number) => (waits && number < self.drivers).then_some(task),
            Layer::Carried => waits.then_some(Self { is_lost: self.is_lost, ..task }),
            Layer::Same(_) => Some(Self { is_straight: true, is_caught, ..nested }),
            Layer::Adapted(_) => Some(Self { is_straight: true, ..nested }),
            Layer::Foreign(_) => Some(nested),
        }
    }
}

/// Whether it makes no difference in which task the future begins.
fn is_the_same_anywhere(next: Option<&Layer>, kind: Kind) -> bool {
    match next {
        None => !matches!(kind, Kind::Future(What::Block | What::Caught | What::Stream)),
        Some(layer) => matches!(
            layer,
            Layer::Helper { .. }
                | Layer::InSpan(_)
                | Layer::InRoot(_)
                | Layer::Unsampled(_)
                | Layer::InCurrent
        ),
    }
}

/// Whether all of a program's steps may stand where they do.
pub(crate) fn is_valid(program: &Program) -> bool {
    let place = Place::request(program.drivers.len());
    program.requests.iter().all(|request| place.allows_all(&request.body))
}
