;; Parses rows of plain decimal numbers: plainRows.ts and windowRows.ts lay out the memory and say what is plain.
;;
;; Memory for parse: at 0 a table of 512 shapes of a field, 64 bytes each, by minus sign (1 bit), place of the point and
;; length (4 bits each): at 0 which bytes of the field go to which lane, at 16 what to subtract so that lanes of digits
;; hold their value and all others 0, at 32 the power of ten to divide by, with the sign.
;; Memory for parseWindow: at 0 masks of a separator and the 7 to 14 characters before it, 16 bytes each; at 128 what to
;; divide two fields by, for the 4 pairs of signs, 16 bytes each; at 192 and 208 the last 15 characters of a 0 and its
;; separator, comma or line end; at 224 the id with its comma, and zeros behind.
;; The other places are arguments.
(module
  (import "podium" "memory" (memory 1))

  ;; Rows that the last call of parse wrote.
  (global $rows (export "rows") (mut i32) (i32.const 0))

  ;; Lists the places of commas and line ends in [$from, $to), which is looked at in blocks of 64 bytes, from $list on;
  ;; returns where the list ends.
  (func $find (export "find") (param $from i32) (param $to i32) (param $list i32) (result i32)
    (local $mask i64) (local $end i32) (local $bytes v128) (local $commas v128) (local $lineEnds v128)
    (local.set $commas (i8x16.splat (i32.const 44)))
    (local.set $lineEnds (i8x16.splat (i32.const 10)))
    (loop $block
      ;; One bit for each byte that is a separator.
      (local.set $mask (i64.extend_i32_u (i8x16.bitmask (v128.or
          (i8x16.eq (local.tee $bytes (v128.load (local.get $from))) (local.get $commas))
          (i8x16.eq (local.get $bytes) (local.get $lineEnds))))))
      (local.set $mask (i64.or (local.get $mask) (i64.shl
        (i64.extend_i32_u (i8x16.bitmask (v128.or
          (i8x16.eq (local.tee $bytes (v128.load offset=16 (local.get $from))) (local.get $commas))
          (i8x16.eq (local.get $bytes) (local.get $lineEnds))))) (i64.const 16))))
      (local.set $mask (i64.or (local.get $mask) (i64.shl
        (i64.extend_i32_u (i8x16.bitmask (v128.or
          (i8x16.eq (local.tee $bytes (v128.load offset=32 (local.get $from))) (local.get $commas))
          (i8x16.eq (local.get $bytes) (local.get $lineEnds))))) (i64.const 32))))
      (local.set $mask (i64.or (local.get $mask) (i64.shl
        (i64.extend_i32_u (i8x16.bitmask (v128.or
          (i8x16.eq (local.tee $bytes (v128.load offset=48 (local.get $from))) (local.get $commas))
          (i8x16.eq (local.get $bytes) (local.get $lineEnds))))) (i64.const 48))))
      (local.set $end (i32.add (local.get $list) (i32.shl (i32.wrap_i64 (i64.popcnt (local.get $mask))) (i32.const 2))))
      ;; Four a turn, so that a turn too many is all that a wrong guess of the branch costs; what is written past the end
      ;; is written over.
      (loop $four
        (i32.store (local.get $list) (i32.add (local.get $from) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
        (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
        (i32.store offset=4 (local.get $list) (i32.add (local.get $from) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
        (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
        (i32.store offset=8 (local.get $list) (i32.add (local.get $from) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
        (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
        (i32.store offset=12 (local.get $list) (i32.add (local.get $from) (i32.wrap_i64 (i64.ctz (local.get $mask)))))
        (local.set $mask (i64.and (local.get $mask) (i64.sub (local.get $mask) (i64.const 1))))
        (local.set $list (i32.add (local.get $list) (i32.const 16)))
        (br_if $four (i32.lt_u (local.get $list) (local.get $end))))
      (local.set $list (local.get $end))
      (br_if $block (i32.lt_u (local.tee $from (i32.add (local.get $from) (i32.const 64))) (local.get $to))))
    (local.get $list))

  ;; Parses rows from $line on, at most $capacity; returns where the first row begins that is not plain or not whole.
  (func (export "parse")
    (param $line i32)     ;; where a row begins
    (param $last i32)     ;; where the text ends
    (param $slots i32)    ;; for each column its place in a row of values, or minus the place of its whole numbers
    (param $slotsEnd i32)
    (param $list i32)     ;; room for the places of separators in a block
    (param $block i32)    ;; bytes a block
    (param $values i32)   ;; room for float32 [capacity, width]
    (param $stride i32)   ;; bytes a row of values
    (param $capacity i32)
    (result i32)
    (local $row i32) (local $rowBytes i32) (local $sum i32)
    (local $blockLine i32) (local $blockEnd i32) (local $next i32) (local $listEnd i32)
    (local $slot i32) (local $place i32) (local $start i32) (local $end i32) (local $length i32)
    (local $mask i32) (local $shape i32) (local $whole i32)
    (local $lengths i32) (local $found i32) (local $odd i32)
    (local $lanes v128) (local $beyond v128) (local $value f64)
    (local.set $rowBytes (i32.sub (local.get $slotsEnd) (local.get $slots)))
    ;; The separators of a good row are commas but for the last, so their codes sum up to this.
    (local.set $sum (i32.sub (i32.mul (i32.shr_u (local.get $rowBytes) (i32.const 2)) (i32.const 44)) (i32.const 34)))
    (block $done
      (loop $blocks
        (br_if $done (i32.ge_u (local.get $line) (local.get $last)))
        (local.set $blockEnd (i32.add (local.get $line) (local.get $block)))
        (if (i32.gt_u (local.get $blockEnd) (local.get $last)) (then (local.set $blockEnd (local.get $last))))
        (local.set $listEnd (call $find (local.get $line) (local.get $blockEnd) (local.get $list)))
        (local.set $next (local.get $list))
        (local.set $blockLine (local.get $line))
        (block $blockDone
          (loop $rows
            (br_if $blockDone (i32.gt_u (i32.add (local.get $next) (local.get $rowBytes)) (local.get $listEnd)))
            (br_if $done (i32.eq (local.get $row) (local.get $capacity)))
            (local.set $start (local.get $line))
            (local.set $slot (local.get $slots))
            (local.set $beyond (v128.const i64x2 0 0))
            (local.set $lengths (i32.const 0))
            (local.set $found (i32.const 0))
            (local.set $odd (i32.const 0))
            (loop $fields
              (local.set $end (i32.load (local.get $next)))
              ;; A carriage return before the line's end is none of the field's.
              (local.set $length (i32.sub
                (i32.sub (local.get $end) (local.get $start))
                (i32.and
                  (i32.eq (i32.load8_u (i32.sub (local.get $end) (i32.const 1))) (i32.const 13))
                  (i32.eq (i32.load8_u (local.get $end)) (i32.const 10)))))
              (local.set $lengths (i32.or (local.get $lengths) (local.get $length)))
              (local.set $found (i32.add (local.get $found) (i32.load8_u (local.get $end))))
              (local.set $lanes (v128.load (local.get $start)))
              ;; Minus, point and separators are below "0": their differences have the top bit.
              (local.set $mask (i8x16.bitmask (i8x16.sub (local.get $lanes) (i8x16.splat (i32.const 48)))))
              (local.set $shape (i32.or (i32.or
                (i32.shl (i32.and (local.get $mask) (i32.const 1)) (i32.const 14))
                (i32.shl (i32.ctz (i32.and (local.get $mask) (i32.const -2))) (i32.const 10)))
                (i32.shl (local.get $length) (i32.const 6))))
              ;; Lane 0 holds the sign, lane 1 the point, the others the digits with zeros before them.
              (local.set $lanes (i8x16.sub
                (i8x16.swizzle (local.get $lanes) (v128.load (local.get $shape)))
                (v128.load offset=16 (local.get $shape))))
              (local.set $beyond (v128.or (local.get $beyond)
                (i8x16.sub_sat_u (local.get $lanes) (v128.const i8x16 0 0 9 9 9 9 9 9 9 9 9 9 9 9 9 9))))
              ;; Two digits a lane (the lower byte times ten goes to the upper one), then four, then eight.
              (local.set $lanes (i16x8.shr_u
                (i16x8.mul (local.get $lanes) (i16x8.splat (i32.const 2561))) (i32.const 8)))
              (local.set $lanes (i32x4.dot_i16x8_s (local.get $lanes) (v128.const i16x8 100 1 100 1 100 1 100 1)))
              (local.set $lanes (i16x8.narrow_i32x4_s (local.get $lanes) (local.get $lanes)))
              (local.set $lanes (i32x4.dot_i16x8_s
                (local.get $lanes) (v128.const i16x8 10000 1 10000 1 10000 1 10000 1)))
              (local.set $lanes (f64x2.mul (f64x2.convert_low_i32x4_s (local.get $lanes)) (v128.const f64x2 1e8 1)))
              ;; All digits as one whole number, exact; one division rounds as Number(text) does.
              (local.set $value (f64.div
                (f64.add (f64x2.extract_lane 0 (local.get $lanes)) (f64x2.extract_lane 1 (local.get $lanes)))
                (f64.load offset=32 (local.get $shape))))
              (if (i32.ge_s (local.tee $place (i32.load (local.get $slot))) (i32.const 0))
                (then
                  (f32.store (i32.add (local.get $values) (local.get $place)) (f32.demote_f64 (local.get $value))))
                (else
                  ;; 1.5 * 2^52 leaves a whole number in the low bits.
                  (local.set $whole (i32.wrap_i64
                    (i64.reinterpret_f64 (f64.add (local.get $value) (f64.const 6755399441055744)))))
                  (local.set $odd (i32.or (local.get $odd)
                    (f64.ne (f64.convert_i32_s (local.get $whole)) (local.get $value))))
                  ;; A whole number has no point, where 5. and 5.0 have one.
                  (local.set $odd (i32.or (local.get $odd)
                    (i32.ne (i32.ctz (i32.and (local.get $mask) (i32.const -2))) (local.get $length))))
                  (i32.store
                    (i32.sub (i32.shl (local.get $row) (i32.const 2)) (local.get $place)) (local.get $whole))))
              (local.set $start (i32.add (local.get $end) (i32.const 1)))
              (local.set $next (i32.add (local.get $next) (i32.const 4)))
              (br_if $fields
                (i32.lt_u (local.tee $slot (i32.add (local.get $slot) (i32.const 4))) (local.get $slotsEnd))))
            (br_if $done (v128.any_true (local.get $beyond)))
            (br_if $done (i32.or
              (i32.or (local.get $odd) (i32.gt_u (local.get $lengths) (i32.const 15)))
              (i32.or
                (i32.ne (local.get $found) (local.get $sum))
                (i32.ne (i32.load8_u (local.get $end)) (i32.const 10)))))
            (local.set $row (i32.add (local.get $row) (i32.const 1)))
            (local.set $values (i32.add (local.get $values) (local.get $stride)))
            (local.set $line (local.get $start))
            (br $rows)))
        ;; Without a whole row in the block there is none to take.
        (br_if $blocks (i32.ne (local.get $line) (local.get $blockLine)))))
    (global.set $rows (local.get $row))
    (local.get $line))

  ;; Where the row that the last call of parseWindow did not take begins, and its separators in the list.
  (global $line (export "line") (mut i32) (i32.const 0))
  (global $next (export "next") (mut i32) (i32.const 0))

  ;; Parses rows of one window: the id, the step and an even number of fields with six decimals; returns the step of the
  ;; first row that is not so or not whole.
  (func (export "parseWindow")
    (param $line i32)     ;; where a row begins
    (param $next i32)     ;; the list from its first separator on
    (param $listEnd i32)
    (param $step i32)     ;; place of the step's text with its comma, 16 bytes a step
    (param $stepsEnd i32)
    (param $idLength i32) ;; characters of the id with its comma
    (param $values i32)   ;; room for float32 [steps, width]
    (param $width i32)
    (result i32)
    (local $rowList i32) (local $out i32) (local $column i32)
    (local $length i32) (local $lengths i32) (local $aEnd i32) (local $bEnd i32) (local $aMinus i32) (local $bMinus i32)
    (local $shift v128) (local $most v128) (local $tens v128) (local $hundreds v128)
    (local $a v128) (local $b v128) (local $comma v128) (local $largest v128)
    (local.set $rowList (i32.shl (i32.add (local.get $width) (i32.const 2)) (i32.const 2)))
    (local.set $shift (i8x16.sub
      (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) (i8x16.splat (local.get $idLength))))
    ;; Lane 15 is the separator and lane 8 the point, which must be 0; the others are digits.
    (local.set $most (v128.const i8x16 9 9 9 9 9 9 9 9 0 9 9 9 9 9 9 0))
    (local.set $comma (v128.load offset=192 (i32.const 0)))
    ;; Two digits a lane (the lower byte times ten goes to the upper one), then four, or three where a byte is no digit.
    (local.set $tens (v128.const i16x8 2561 2561 2561 2561 2561 2561 2561 256))
    (local.set $hundreds (v128.const i16x8 100 1 100 1 100 1 10 1))
    (block $done
      (loop $rows
        (global.set $line (local.get $line))
        (global.set $next (local.get $next))
        (br_if $done (i32.eq (local.get $step) (local.get $stepsEnd)))
        (br_if $done (i32.gt_u (i32.add (local.get $next) (local.get $rowList)) (local.get $listEnd)))
        ;; The row must begin with the id and the step, byte for byte.
        (local.set $bEnd (i32.load offset=4 (local.get $next)))
        (br_if $done (i32.lt_u
          (i32.ctz (i32.xor (i32.const -1) (i8x16.bitmask (i8x16.eq
            (v128.load (local.get $line))
            (v128.or
              (v128.load offset=224 (i32.const 0))
              (i8x16.swizzle (v128.load (local.get $step)) (local.get $shift)))))))
          (i32.add (i32.sub (local.get $bEnd) (local.get $line)) (i32.const 1))))
        (local.set $next (i32.add (local.get $next) (i32.const 8)))
        (local.set $lengths (i32.const 0))
        (local.set $largest (v128.const i64x2 0 0))
        (local.set $out (local.get $values))
        (local.set $column (local.get $width))
        (loop $pairs
          ;; A field without its sign, with its separator, has 8 to 15 characters. A shorter one gets the mask of one
          ;; longer by 8, and so what stands before it among its digits, which refuses the row.
          (local.set $aEnd (i32.load (local.get $next)))
          (local.set $aMinus (i32.eq (i32.load8_u offset=1 (local.get $bEnd)) (i32.const 45)))
          (local.set $length (i32.sub (i32.sub (local.get $aEnd) (local.get $bEnd)) (local.get $aMinus)))
          (local.set $lengths (i32.or (local.get $lengths) (local.get $length)))
          (local.set $a (v128.and
            (v128.xor (v128.load (i32.sub (local.get $aEnd) (i32.const 15))) (local.get $comma))
            (v128.load (i32.shl (i32.and (local.get $length) (i32.const 7)) (i32.const 4)))))
          (local.set $largest (i8x16.max_u (local.get $largest) (local.get $a)))
          (local.set $a (i32x4.dot_i16x8_s
            (i16x8.shr_u (i16x8.mul (local.get $a) (local.get $tens)) (i32.const 8)) (local.get $hundreds)))
          (local.set $bEnd (i32.load offset=4 (local.get $next)))
          (local.set $bMinus (i32.eq (i32.load8_u offset=1 (local.get $aEnd)) (i32.const 45)))
          (local.set $length (i32.sub (i32.sub (local.get $bEnd) (local.get $aEnd)) (local.get $bMinus)))
          (local.set $lengths (i32.or (local.get $lengths) (local.get $length)))
          (local.set $b (v128.and
            (v128.xor (v128.load (i32.sub (local.get $bEnd) (i32.const 15))) (v128.load offset=192
              (i32.shl (i32.eq (local.get $column) (i32.const 2)) (i32.const 4))))
            (v128.load (i32.shl (i32.and (local.get $length) (i32.const 7)) (i32.const 4)))))
          (local.set $largest (i8x16.max_u (local.get $largest) (local.get $b)))
          (local.set $b (i32x4.dot_i16x8_s
            (i16x8.shr_u (i16x8.mul (local.get $b) (local.get $tens)) (i32.const 8)) (local.get $hundreds)))
          ;; The whole part and the decimals of both; together as one whole number, which is exact; one division rounds
          ;; as Number(text) does.
          (local.set $a (i32x4.dot_i16x8_s
            (i16x8.narrow_i32x4_s (local.get $a) (local.get $b))
            (v128.const i16x8 10000 1 1000 1 10000 1 1000 1)))
          (v128.store64_lane 0 (local.get $out) (f32x4.demote_f64x2_zero (f64x2.div
            (f64x2.add
              (f64x2.mul
                (f64x2.convert_low_i32x4_s
                  (i8x16.shuffle 0 1 2 3 8 9 10 11 0 1 2 3 8 9 10 11 (local.get $a) (local.get $a)))
                (v128.const f64x2 1e6 1e6))
              (f64x2.convert_low_i32x4_s
                (i8x16.shuffle 4 5 6 7 12 13 14 15 4 5 6 7 12 13 14 15 (local.get $a) (local.get $a))))
            (v128.load offset=128 (i32.or
              (i32.shl (local.get $aMinus) (i32.const 4)) (i32.shl (local.get $bMinus) (i32.const 5)))))))
          (local.set $next (i32.add (local.get $next) (i32.const 8)))
          (local.set $out (i32.add (local.get $out) (i32.const 8)))
          (br_if $pairs (local.tee $column (i32.sub (local.get $column) (i32.const 2)))))
        (br_if $done (i32.or
          (i32.gt_u (local.get $lengths) (i32.const 15))
          (v128.any_true (i8x16.sub_sat_u (local.get $largest) (local.get $most)))))
        (local.set $values (local.get $out))
        (local.set $step (i32.add (local.get $step) (i32.const 16)))
        (local.set $line (i32.add (local.get $bEnd) (i32.const 1)))
        (br $rows)))
    (local.get $step)))
