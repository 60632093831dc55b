;; Loops over the sums behind a rolling correlation matrix. co-moment-kernels.ts holds the same in JavaScript,
;; with every operation in the same order, so that both give the same bits. No fused multiply-add, for the same
;; reason. Two lanes of doubles are two neighbouring symbols.
;;
;; Products: the lower triangle row after row, S[row, column] with column < row. Rows have an even length; what an
;; odd row has too much holds the row's own square and is never read. Row r begins 16 * floor(r * r / 4) bytes on.
;;
;; Bars: up to four that wait, in blocks of 128 bytes for two symbols each. Bar b has 32 bytes in a block: what
;; enters (two doubles) and what leaves (two doubles). Whoever passes `bars` passes the address of one bar's part.
(module
  (import "host" "memory" (memory 1 65536))

  ;; Adds one bar's products to rows `first` to `last - 1`, and takes off those of what it replaces.
  (func (export "slideOne") (param $products i32) (param $first i32) (param $last i32) (param $bars i32)
    (local $row i32) (local $at i32) (local $end i32) (local $bar i32) (local $own i32)
    (local $enters v128) (local $leaves v128)
    (local.set $row (local.get $first))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (call $ownPart (local.get $bars) (local.get $row)))
        (local.set $enters (v128.load64_splat (local.get $own)))
        (local.set $leaves (v128.load64_splat offset=16 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $bar (local.get $bars))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (v128.store (local.get $at)
              (f64x2.add (v128.load (local.get $at))
                (f64x2.sub
                  (f64x2.mul (local.get $enters) (v128.load (local.get $bar)))
                  (f64x2.mul (local.get $leaves) (v128.load offset=16 (local.get $bar))))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; The same for four bars, one after the other in each sum, which is read and written once.
  (func (export "slideFour") (param $products i32) (param $first i32) (param $last i32) (param $bars i32)
    (local $row i32) (local $at i32) (local $end i32) (local $bar i32) (local $own i32) (local $sum v128)
    (local $enters0 v128) (local $leaves0 v128) (local $enters1 v128) (local $leaves1 v128)
    (local $enters2 v128) (local $leaves2 v128) (local $enters3 v128) (local $leaves3 v128)
    (local.set $row (local.get $first))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (call $ownPart (local.get $bars) (local.get $row)))
        (local.set $enters0 (v128.load64_splat (local.get $own)))
        (local.set $leaves0 (v128.load64_splat offset=16 (local.get $own)))
        (local.set $enters1 (v128.load64_splat offset=32 (local.get $own)))
        (local.set $leaves1 (v128.load64_splat offset=48 (local.get $own)))
        (local.set $enters2 (v128.load64_splat offset=64 (local.get $own)))
        (local.set $leaves2 (v128.load64_splat offset=80 (local.get $own)))
        (local.set $enters3 (v128.load64_splat offset=96 (local.get $own)))
        (local.set $leaves3 (v128.load64_splat offset=112 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $bar (local.get $bars))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (local.set $sum
              (f64x2.add (v128.load (local.get $at))
                (f64x2.sub
                  (f64x2.mul (local.get $enters0) (v128.load (local.get $bar)))
                  (f64x2.mul (local.get $leaves0) (v128.load offset=16 (local.get $bar))))))
            (local.set $sum
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters1) (v128.load offset=32 (local.get $bar)))
                  (f64x2.mul (local.get $leaves1) (v128.load offset=48 (local.get $bar))))))
            (local.set $sum
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters2) (v128.load offset=64 (local.get $bar)))
                  (f64x2.mul (local.get $leaves2) (v128.load offset=80 (local.get $bar))))))
            (v128.store (local.get $at)
              (f64x2.add (local.get $sum)
                (f64x2.sub
                  (f64x2.mul (local.get $enters3) (v128.load offset=96 (local.get $bar)))
                  (f64x2.mul (local.get $leaves3) (v128.load offset=112 (local.get $bar))))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $bar (i32.add (local.get $bar) (i32.const 128)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; Adds `deviations[bar] * (values[bar, symbol] - anchors[symbol])` over the bars for all symbols, by Kahan's sum.
  ;; What is not a number counts as nothing. `sums` and `lost` begin as zeros; `pitch` is the bytes of a bar.
  (func (export "rebuild") (param $values i32) (param $pitch i32) (param $deviations i32) (param $end i32)
    (param $anchors i32) (param $size i32) (param $sums i32) (param $lost i32)
    (local $at i32) (local $bytes i32) (local $own v128) (local $term v128) (local $sum v128) (local $next v128)
    (local.set $bytes (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $bars
        (br_if $done (i32.ge_u (local.get $deviations) (local.get $end)))
        (local.set $own (v128.load64_splat (local.get $deviations)))
        (local.set $at (i32.const 0))
        (loop $pairs
          (local.set $term
            (f64x2.sub
              (v128.load (i32.add (local.get $values) (local.get $at)))
              (v128.load (i32.add (local.get $anchors) (local.get $at)))))
          (local.set $term (v128.and (local.get $term) (f64x2.eq (local.get $term) (local.get $term))))
          (local.set $term
            (f64x2.sub
              (f64x2.mul (local.get $own) (local.get $term))
              (v128.load (i32.add (local.get $lost) (local.get $at)))))
          (local.set $sum (v128.load (i32.add (local.get $sums) (local.get $at))))
          (local.set $next (f64x2.add (local.get $sum) (local.get $term)))
          (v128.store (i32.add (local.get $lost) (local.get $at))
            (f64x2.sub (f64x2.sub (local.get $next) (local.get $sum)) (local.get $term)))
          (v128.store (i32.add (local.get $sums) (local.get $at)) (local.get $next))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $pairs (i32.lt_u (local.get $at) (local.get $bytes))))
        (local.set $values (i32.add (local.get $values) (local.get $pitch)))
        (local.set $deviations (i32.add (local.get $deviations) (i32.const 8)))
        (br $bars))))

  ;; Writes rows `first` to `last - 1` of the correlations, left of the diagonal, into a full matrix `out` of rows of
  ;; `size` doubles. An odd row overwrites its diagonal. Terms are blocks of 64 bytes for two symbols each: what of the
  ;; newest bar enters and leaves, shift and scale. Of floats: `(S - shift[i] * shift[j]) * (scale[i] * scale[j])`, cut
  ;; to -1 and 1, S with the newest bar in it.
  (func (export "correlateFloats") (param $products i32) (param $out i32) (param $first i32) (param $last i32)
    (param $size i32) (param $terms i32)
    (local $row i32) (local $at i32) (local $end i32) (local $to i32) (local $term i32) (local $own i32)
    (local $enters v128) (local $leaves v128) (local $shift v128) (local $scale v128)
    (local.set $row (local.get $first))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (i32.shl (i32.shr_u (local.get $row) (i32.const 1)) (i32.const 6)))
        (local.set $own
          (i32.add
            (i32.add (local.get $terms) (local.get $own))
            (i32.shl (i32.and (local.get $row) (i32.const 1)) (i32.const 3))))
        (local.set $enters (v128.load64_splat (local.get $own)))
        (local.set $leaves (v128.load64_splat offset=16 (local.get $own)))
        (local.set $shift (v128.load64_splat offset=32 (local.get $own)))
        (local.set $scale (v128.load64_splat offset=48 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $to (call $lineStart (local.get $out) (local.get $row) (local.get $size)))
        (local.set $term (local.get $terms))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (v128.store (local.get $to)
              (f64x2.pmax
                (f64x2.pmin
                  (f64x2.mul
                    (f64x2.sub
                      (f64x2.add (v128.load (local.get $at))
                        (f64x2.sub
                          (f64x2.mul (local.get $enters) (v128.load (local.get $term)))
                          (f64x2.mul (local.get $leaves) (v128.load offset=16 (local.get $term)))))
                      (f64x2.mul (local.get $shift) (v128.load offset=32 (local.get $term))))
                    (f64x2.mul (local.get $scale) (v128.load offset=48 (local.get $term))))
                  (v128.const f64x2 1 1))
                (v128.const f64x2 -1 -1)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $term (i32.add (local.get $term) (i32.const 64)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; The same of whole ticks, with a symbol's sum for its shift and its spread for its scale:
  ;; `(n * S - sum[i] * sum[j]) / sqrt(spread[i] * spread[j])`.
  (func (export "correlateTicks") (param $products i32) (param $out i32) (param $first i32) (param $last i32)
    (param $size i32) (param $terms i32) (param $count f64)
    (local $row i32) (local $at i32) (local $end i32) (local $to i32) (local $term i32) (local $own i32)
    (local $enters v128) (local $leaves v128) (local $shift v128) (local $scale v128) (local $n v128)
    (local.set $row (local.get $first))
    (local.set $n (f64x2.splat (local.get $count)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $row) (local.get $last)))
        (local.set $own (i32.shl (i32.shr_u (local.get $row) (i32.const 1)) (i32.const 6)))
        (local.set $own
          (i32.add
            (i32.add (local.get $terms) (local.get $own))
            (i32.shl (i32.and (local.get $row) (i32.const 1)) (i32.const 3))))
        (local.set $enters (v128.load64_splat (local.get $own)))
        (local.set $leaves (v128.load64_splat offset=16 (local.get $own)))
        (local.set $shift (v128.load64_splat offset=32 (local.get $own)))
        (local.set $scale (v128.load64_splat offset=48 (local.get $own)))
        (local.set $at (call $rowStart (local.get $products) (local.get $row)))
        (local.set $end (call $rowStart (local.get $products) (i32.add (local.get $row) (i32.const 1))))
        (local.set $to (call $lineStart (local.get $out) (local.get $row) (local.get $size)))
        (local.set $term (local.get $terms))
        (block $ended
          (loop $pairs
            (br_if $ended (i32.ge_u (local.get $at) (local.get $end)))
            (v128.store (local.get $to)
              (f64x2.pmax
                (f64x2.pmin
                  (f64x2.div
                    (f64x2.sub
                      (f64x2.mul (local.get $n)
                        (f64x2.add (v128.load (local.get $at))
                          (f64x2.sub
                            (f64x2.mul (local.get $enters) (v128.load (local.get $term)))
                            (f64x2.mul (local.get $leaves) (v128.load offset=16 (local.get $term))))))
                      (f64x2.mul (local.get $shift) (v128.load offset=32 (local.get $term))))
                    (f64x2.sqrt (f64x2.mul (local.get $scale) (v128.load offset=48 (local.get $term)))))
                  (v128.const f64x2 1 1))
                (v128.const f64x2 -1 -1)))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $term (i32.add (local.get $term) (i32.const 64)))
            (br $pairs)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows))))

  ;; Copies what rows `first` (even) to `last - 1` have left of the diagonal to its mirror image, two columns of two
  ;; rows at a time. Column by column, so that what is written stays in few cache lines.
  (func (export "mirror") (param $out i32) (param $first i32) (param $last i32) (param $size i32)
    (local $row i32) (local $column i32) (local $pitch i32) (local $from i32) (local $to i32)
    (local $one v128) (local $two v128)
    (local.set $pitch (i32.shl (local.get $size) (i32.const 3)))
    (block $done
      (loop $columns
        (br_if $done (i32.ge_u (local.get $column) (local.get $last)))
        (local.set $row (local.get $first))
        (if (i32.ge_u (local.get $column) (local.get $first))
          (then
            (local.set $row (i32.add (local.get $column) (i32.const 2)))
            ;; The one cell between the two columns themselves.
            (if (i32.lt_u (i32.add (local.get $column) (i32.const 1)) (local.get $last))
              (then
                (local.set $to (call $lineStart (local.get $out) (local.get $column) (local.get $size)))
                (local.set $to (i32.add (local.get $to) (i32.shl (local.get $column) (i32.const 3))))
                (f64.store offset=8 (local.get $to)
                  (f64.load (i32.add (local.get $to) (local.get $pitch))))))))
        (local.set $to (call $lineStart (local.get $out) (local.get $column) (local.get $size)))
        (local.set $to (i32.add (local.get $to) (i32.shl (local.get $row) (i32.const 3))))
        (local.set $from (call $lineStart (local.get $out) (local.get $row) (local.get $size)))
        (local.set $from (i32.add (local.get $from) (i32.shl (local.get $column) (i32.const 3))))
        (block $ended
          (loop $rows
            (br_if $ended (i32.ge_u (local.get $row) (local.get $last)))
            (local.set $one (v128.load (local.get $from)))
            (if (i32.lt_u (i32.add (local.get $row) (i32.const 1)) (local.get $last))
              (then
                (local.set $two (v128.load (i32.add (local.get $from) (local.get $pitch))))
                (v128.store (local.get $to)
                  (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $one) (local.get $two)))
                (v128.store (i32.add (local.get $to) (local.get $pitch))
                  (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $one) (local.get $two))))
              (else
                (v128.store64_lane 0 (local.get $to) (local.get $one))
                (v128.store64_lane 1 (i32.add (local.get $to) (local.get $pitch)) (local.get $one))))
            (local.set $from (i32.add (local.get $from) (i32.shl (local.get $pitch) (i32.const 1))))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $row (i32.add (local.get $row) (i32.const 2)))
            (br $rows)))
        (local.set $column (i32.add (local.get $column) (i32.const 2)))
        (br $columns))))

  ;; Where a row of a full matrix begins.
  (func $lineStart (param $out i32) (param $row i32) (param $size i32) (result i32)
    (i32.add (local.get $out) (i32.shl (i32.mul (local.get $row) (local.get $size)) (i32.const 3))))

  ;; Where a row's products begin: 16 * floor(row * row / 4) bytes on.
  (func $rowStart (param $products i32) (param $row i32) (result i32)
    (i32.add (local.get $products)
      (i32.shl (i32.shr_u (i32.mul (local.get $row) (local.get $row)) (i32.const 2)) (i32.const 4))))

  ;; Where a symbol's own part of a bar is.
  (func $ownPart (param $bars i32) (param $symbol i32) (result i32)
    (i32.add (local.get $bars)
      (i32.add
        (i32.shl (i32.shr_u (local.get $symbol) (i32.const 1)) (i32.const 7))
        (i32.shl (i32.and (local.get $symbol) (i32.const 1)) (i32.const 3)))))
)
