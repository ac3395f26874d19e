//! A program for each seed.

use crate::place::Place;
use crate::program::{
    ADAPTED, FOREIGN, Fate, Kind, Layer, Op, Outliving, Program, Request, SAME, What,
};
use crate::random::Random;

/// Steps of a program, more or less.
const SIZE: u32 = 130;
const DEEPEST: u32 = 8;

pub(crate) fn program(seed: u64) -> Program {
    let mut generator = Generator { random: Random::new(seed), last: 0, left: SIZE };
    // The first numbers of seeds in a row are alike.
    generator.random.next();
    let drivers: Vec<_> = (0..generator.random.below(3))
        .map(|_| (generator.random.percent(60), generator.id()))
        .collect();
    let count = 1 + generator.random.below(3);
    let requests = (0..count)
        .map(|index| {
            generator.left = SIZE / count;
            let id = generator.id();
            let is_sampled = count == 1 && index == 0 || generator.random.percent(85);
            let place = Place::request(drivers.len());
            let mut body = Vec::new();
            while generator.left > 0 {
                body.push(generator.op(place, 0));
            }
            Request { id, is_sampled, body }
        })
        .collect();
    Program { drivers, requests }
}

struct Generator {
    random: Random,
    last: u32,
    left: u32,
}

impl Generator {
    const fn id(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    fn body(&mut self, place: Place, depth: u32) -> Vec<Op> {
        let most = if depth > DEEPEST || place.is_sync() { 1 } else { 4 };
        let count = (1 + self.random.below(most)).min(self.left.max(1));
        (0..count).map(|_| self.op(place, depth)).collect()
    }

    /// A step that may stand here.
    fn op(&mut self, place: Place, depth: u32) -> Op {
        self.left = self.left.saturating_sub(1);
        let is_last = self.left == 0 || depth > DEEPEST;
        loop {
            let mut op = self.head(is_last);
            if !matches!(op.kind, Kind::Select(_)) && !place.allows(&op) {
                continue;
            }
            let bodies: Option<Vec<_>> = (0..op.bodies.len())
                .map(|index| place.inside(&op, index).map(|place| self.body(place, depth + 1)))
                .collect();
            let Some(bodies) = bodies else { continue };
            op.bodies = bodies;
            if let (Kind::Select(_), Some(loser)) = (op.kind, place.inside(&op, 2)) {
                self.plant(&mut op.bodies[2], loser);
            }
            if place.allows(&op) {
                return op;
            }
        }
    }

    /// A step with empty bodies.
    fn head(&mut self, is_last: bool) -> Op {
        let id = self.id();
        let random = &mut self.random;
        let (kind, bodies) = match random.below(if is_last { 24 } else { 100 }) {
            0..6 => (Kind::Yield, 0),
            6..20 => (Kind::Leaf, usize::from(!is_last)),
            20..24 => (Kind::OnDrop, 0),
            24..26 => (Kind::Scope, 1),
            26 | 27 => (Kind::Throw, 0),
            28..36 => (Kind::Guard, 1),
            36..40 => {
                self.last += 1;
                (Kind::Crossed, 2)
            }
            40..42 => (Kind::Thread, 1),
            42..44 => (Kind::Blocking, 1),
            44..50 => (Kind::Join, 2 + random.below(2) as usize),
            50..56 => {
                let fates = [Fate::Dropped, Fate::KeptHere, Fate::KeptSpawned, Fate::KeptDropped];
                (Kind::Select(random.pick(&fates)), 3)
            }
            56..62 => {
                let kinds = [Outliving::Block, Outliving::Call, Outliving::BareCall];
                (Kind::Later(random.pick(&kinds)), 2)
            }
            _ => (Kind::Future(self.what()), 1),
        };
        let mut op = Op::new(id, kind, vec![Vec::new(); bodies]);
        if let Kind::Future(_) = kind {
            let count = [0, 0, 1, 1, 1, 2, 2, 3, 4][self.random.below(9) as usize];
            op.layers = (0..count).map(|_| self.layer()).collect();
        }
        op
    }

    fn what(&mut self) -> What {
        match self.random.below(18) {
            0..6 => What::Call,
            6 => What::Root,
            7 => What::Server,
            8 => What::Panics,
            9 | 10 => What::Returned,
            11 => What::Rows,
            12..15 => What::Block,
            15 | 16 => What::Caught,
            _ => What::Stream,
        }
    }

    fn layer(&mut self) -> Layer {
        let id = self.id();
        let random = &mut self.random;
        match random.below(26) {
            0..3 => Layer::Helper { id, lazy: false },
            3..6 => Layer::Helper { id, lazy: true },
            6 => Layer::InSpan(id),
            7 => Layer::InRoot(id),
            8 => Layer::Unsampled(id),
            9 | 10 => Layer::InCurrent,
            11 => Layer::Unordered,
            12 | 13 => Layer::Cancel(random.below(8)),
            14 | 15 => Layer::Moved(random.below(4)),
            16 => Layer::Spawned,
            17 | 18 => Layer::Carried,
            19 | 20 => Layer::Driver(random.below(2) as usize),
            21 | 22 => Layer::Same(random.pick(&SAME)),
            23 | 24 => Layer::Foreign(random.pick(&FOREIGN)),
            _ => Layer::Adapted(random.pick(&ADAPTED)),
        }
    }

    /// Puts the place where a loser waits somewhere into its body.
    fn plant(&mut self, body: &mut Vec<Op>, place: Place) {
        let stuck = Op::new(self.id(), Kind::Stuck, Vec::new());
        let at = self.random.below(body.len() as u32 + 1) as usize;
        if let Some(op) = body.get_mut(at).filter(|op| matches!(op.kind, Kind::Future(_))) {
            if let Some(inside) = place.inside(op, 0).filter(|inside| inside.allows(&stuck)) {
                return self.plant(&mut op.bodies[0], inside);
            }
        }
        body.insert(at, stuck);
    }
}
