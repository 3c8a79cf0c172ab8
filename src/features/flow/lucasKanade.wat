;; Corners, tracking by Lucas and Kanade, and the motion between what was tracked: cornerKernel.ts, trackKernel.ts and
;; interpolate.ts lay out the memory. Places and lengths are in bytes, values float32; rows of an image are $stride long, which
;; has borders wide enough, and what is worked on of them $width, whole vectors of four. What a last vector reads beyond a
;; window is finite, and counts nothing as the slopes there are 0.
(module
  (import "podium" "memory" (memory 1))

  ;; Adds the four float32 values of a row's sum to the two float64 ones of the total.
  (func $addRow (param $total v128) (param $row v128) (result v128)
    (f64x2.add (local.get $total)
      (f64x2.add (f64x2.promote_low_f32x4 (local.get $row))
        (f64x2.promote_low_f32x4
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $row) (local.get $row))))))

  (func $storeTotal (param $to i32) (param $total v128)
    (f64.store (local.get $to)
      (f64.add (f64x2.extract_lane 0 (local.get $total)) (f64x2.extract_lane 1 (local.get $total)))))

  ;; How much the four pixels around a place count that lies $a columns and $b rows from the first of them, each four times.
  (func $weights (param $a f32) (param $b f32) (result v128 v128 v128 v128)
    (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (f32.sub (f32.const 1) (local.get $b))))
    (f32x4.splat (f32.mul (local.get $a) (f32.sub (f32.const 1) (local.get $b))))
    (f32x4.splat (f32.mul (f32.sub (f32.const 1) (local.get $a)) (local.get $b)))
    (f32x4.splat (f32.mul (local.get $a) (local.get $b))))

  ;; Takes a window of an image and of its slopes, by bilinear interpolation $a columns and $b rows from its corner: to $to
  ;; for every four pixels their values, slopes along x and slopes along y; to $sums the products of slopes xx, xy, yy, summed.
  ;; $masks is a row that is 0 beyond the window.
  (func (export "template")
    (param $values i32) (param $dxs i32) (param $dys i32) (param $stride i32) (param $a f32) (param $b f32)
    (param $masks i32) (param $width i32) (param $rows i32) (param $to i32) (param $sums i32)
    (local $x i32) (local $below i32) (local $rest i32) (local $dx v128) (local $dy v128)
    (local $w00 v128) (local $w01 v128) (local $w10 v128) (local $w11 v128)
    (local $xx v128) (local $xy v128) (local $yy v128) (local $rowXX v128) (local $rowXY v128) (local $rowYY v128)
    (call $weights (local.get $a) (local.get $b))
    (local.set $w11)
    (local.set $w10)
    (local.set $w01)
    (local.set $w00)
    (local.set $rest (i32.sub (local.get $stride) (local.get $width)))
    (loop $row
      (local.set $rowXX (v128.const i32x4 0 0 0 0))
      (local.set $rowXY (v128.const i32x4 0 0 0 0))
      (local.set $rowYY (v128.const i32x4 0 0 0 0))
      (local.set $x (i32.const 0))
      (loop $vector
        (v128.store (local.get $to)
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $values)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $values))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $values) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below))))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $dx
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x)))
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $dxs)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $dxs))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $dxs) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))))
        (v128.store offset=16 (local.get $to) (local.get $dx))
        (local.set $dxs (i32.add (local.get $dxs) (i32.const 16)))
        (local.set $dy
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x)))
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $dys)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $dys))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $dys) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))))
        (v128.store offset=32 (local.get $to) (local.get $dy))
        (local.set $dys (i32.add (local.get $dys) (i32.const 16)))
        (local.set $rowXX (f32x4.add (local.get $rowXX) (f32x4.mul (local.get $dx) (local.get $dx))))
        (local.set $rowXY (f32x4.add (local.get $rowXY) (f32x4.mul (local.get $dx) (local.get $dy))))
        (local.set $rowYY (f32x4.add (local.get $rowYY) (f32x4.mul (local.get $dy) (local.get $dy))))
        (local.set $to (i32.add (local.get $to) (i32.const 48)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $xx (call $addRow (local.get $xx) (local.get $rowXX)))
      (local.set $xy (call $addRow (local.get $xy) (local.get $rowXY)))
      (local.set $yy (call $addRow (local.get $yy) (local.get $rowYY)))
      (local.set $values (i32.add (local.get $values) (local.get $rest)))
      (local.set $dxs (i32.add (local.get $dxs) (local.get $rest)))
      (local.set $dys (i32.add (local.get $dys) (local.get $rest)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    (call $storeTotal (local.get $sums) (local.get $xx))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 8)) (local.get $xy))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 16)) (local.get $yy)))

  ;; Sums by how much a window of another image differs from the template, times the slopes along x and along y, to $sums.
  (func (export "mismatch")
    (param $values i32) (param $stride i32) (param $a f32) (param $b f32) (param $width i32) (param $rows i32)
    (param $template i32) (param $sums i32)
    (local $x i32) (local $below i32) (local $rest i32) (local $difference v128)
    (local $w00 v128) (local $w01 v128) (local $w10 v128) (local $w11 v128)
    (local $sumX v128) (local $sumY v128) (local $rowX v128) (local $rowY v128)
    (call $weights (local.get $a) (local.get $b))
    (local.set $w11)
    (local.set $w10)
    (local.set $w01)
    (local.set $w00)
    (local.set $rest (i32.sub (local.get $stride) (local.get $width)))
    (loop $row
      (local.set $rowX (v128.const i32x4 0 0 0 0))
      (local.set $rowY (v128.const i32x4 0 0 0 0))
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $difference
          (f32x4.sub
          (f32x4.add
            (f32x4.add
              (f32x4.mul (local.get $w00) (v128.load (local.get $values)))
              (f32x4.mul (local.get $w01) (v128.load offset=4 (local.get $values))))
            (f32x4.add
              (f32x4.mul (local.get $w10) (v128.load (local.tee $below (i32.add (local.get $values) (local.get $stride)))))
              (f32x4.mul (local.get $w11) (v128.load offset=4 (local.get $below)))))
            (v128.load (local.get $template))))
        (local.set $rowX (f32x4.add (local.get $rowX)
          (f32x4.mul (local.get $difference) (v128.load offset=16 (local.get $template)))))
        (local.set $rowY (f32x4.add (local.get $rowY)
          (f32x4.mul (local.get $difference) (v128.load offset=32 (local.get $template)))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (local.set $template (i32.add (local.get $template) (i32.const 48)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $sumX (call $addRow (local.get $sumX) (local.get $rowX)))
      (local.set $sumY (call $addRow (local.get $sumY) (local.get $rowY)))
      (local.set $values (i32.add (local.get $values) (local.get $rest)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))
    (call $storeTotal (local.get $sums) (local.get $sumX))
    (call $storeTotal (i32.add (local.get $sums) (i32.const 8)) (local.get $sumY)))

  ;; Interpolates the motion of $count points, whose x, y, motion along x and motion along y lie $size apart from $points on,
  ;; to every pixel: the mean of the $neighbours nearest, weighted by 1 / sqrt(distance + 0.5). What fills the last vector of
  ;; points lies far off. $distances and $masks have room for $size each.
  (func (export "interpolate")
    (param $points i32) (param $size i32) (param $neighbours i32) (param $distances i32) (param $masks i32)
    (param $rows i32) (param $columns i32) (param $u i32) (param $v i32)
    (local $y i32) (local $x i32) (local $i i32) (local $at i32) (local $count i32) (local $bits i32)
    (local $ys v128) (local $xs v128) (local $d v128) (local $mask v128) (local $limit v128) (local $most v128)
    (local $weights v128) (local $sumU v128) (local $sumV v128) (local $reach f32) (local $rowReach f32)
    (local.set $rowReach (f32.const inf))
    (loop $row
      (local.set $ys (f32x4.splat (f32.convert_i32_s (local.get $y))))
      (local.set $reach (local.get $rowReach))
      (local.set $x (i32.const 0))
      (loop $pixel
        (local.set $xs (f32x4.splat (f32.convert_i32_s (local.get $x))))
        ;; From one pixel to the next the distance of the last neighbour grows by 1 at most; and by rounding.
        (local.set $reach (f32.mul (f32.add (local.get $reach) (f32.const 1)) (f32.const 1.00001)))
        (local.set $limit (f32x4.splat (f32.min (f32.mul (local.get $reach) (local.get $reach)) (f32.const 1e30))))
        (local.set $count (i32.const 0))
        (local.set $i (i32.const 0))
        (loop $vector
          (local.set $at (i32.add (local.get $points) (local.get $i)))
          (local.set $d (f32x4.sub (v128.load (local.get $at)) (local.get $xs)))
          (local.set $mask (f32x4.sub (v128.load (i32.add (local.get $at) (local.get $size))) (local.get $ys)))
          (local.set $d (f32x4.add (f32x4.mul (local.get $d) (local.get $d)) (f32x4.mul (local.get $mask) (local.get $mask))))
          (local.set $mask (f32x4.le (local.get $d) (local.get $limit)))
          (v128.store (i32.add (local.get $distances) (local.get $i)) (local.get $d))
          (v128.store (i32.add (local.get $masks) (local.get $i)) (local.get $mask))
          (local.set $count (i32.add (local.get $count) (i32.popcnt (i32x4.bitmask (local.get $mask)))))
          (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
        ;; Leaves out the farthest until there are as many as wanted.
        (block $enough
          (loop $farthest
            (br_if $enough (i32.le_u (local.get $count) (local.get $neighbours)))
            (local.set $most (v128.const i32x4 0 0 0 0))
            (local.set $i (i32.const 0))
            (loop $vector
              (local.set $most (f32x4.pmax (local.get $most)
                (v128.and (v128.load (i32.add (local.get $masks) (local.get $i)))
                  (v128.load (i32.add (local.get $distances) (local.get $i))))))
              (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
            (local.set $most (call $greatest (local.get $most)))
            (local.set $i (i32.const -16))
            (loop $vector
              (local.set $i (i32.add (local.get $i) (i32.const 16)))
              (local.set $bits
                (i32x4.bitmask
                  (v128.and (v128.load (local.tee $at (i32.add (local.get $masks) (local.get $i))))
                    (f32x4.eq (local.get $most) (v128.load (i32.add (local.get $distances) (local.get $i)))))))
              (br_if $vector (i32.eqz (local.get $bits))))
            (i32.store (i32.add (local.get $at) (i32.shl (i32.ctz (local.get $bits)) (i32.const 2))) (i32.const 0))
            (local.set $count (i32.sub (local.get $count) (i32.const 1)))
            (br $farthest)))
        (local.set $most (v128.const i32x4 0 0 0 0))
        (local.set $weights (v128.const i32x4 0 0 0 0))
        (local.set $sumU (v128.const i32x4 0 0 0 0))
        (local.set $sumV (v128.const i32x4 0 0 0 0))
        (local.set $i (i32.const 0))
        (loop $vector
          (local.set $mask (v128.load (i32.add (local.get $masks) (local.get $i))))
          (if (v128.any_true (local.get $mask))
            (then
              (local.set $d (v128.and (local.get $mask) (v128.load (i32.add (local.get $distances) (local.get $i)))))
              (local.set $most (f32x4.pmax (local.get $most) (local.get $d)))
              (local.set $d
                (v128.and (local.get $mask)
                  (f32x4.div (v128.const f32x4 1 1 1 1)
                    (f32x4.sqrt (f32x4.add (f32x4.sqrt (local.get $d)) (v128.const f32x4 0.5 0.5 0.5 0.5))))))
              (local.set $at
                (i32.add (i32.add (local.get $points) (local.get $i)) (i32.shl (local.get $size) (i32.const 1))))
              (local.set $weights (f32x4.add (local.get $weights) (local.get $d)))
              (local.set $sumU (f32x4.add (local.get $sumU) (f32x4.mul (local.get $d) (v128.load (local.get $at)))))
              (local.set $sumV (f32x4.add (local.get $sumV)
                (f32x4.mul (local.get $d) (v128.load (i32.add (local.get $at) (local.get $size))))))))
          (br_if $vector (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (local.get $size))))
        (local.set $reach (f32.sqrt (f32x4.extract_lane 0 (call $greatest (local.get $most)))))
        (if (i32.eqz (local.get $x)) (then (local.set $rowReach (local.get $reach))))
        (f32.store (local.get $u) (f32.div (call $sum (local.get $sumU)) (call $sum (local.get $weights))))
        (f32.store (local.get $v) (f32.div (call $sum (local.get $sumV)) (call $sum (local.get $weights))))
        (local.set $u (i32.add (local.get $u) (i32.const 4)))
        (local.set $v (i32.add (local.get $v) (i32.const 4)))
        (br_if $pixel (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $columns))))
      (br_if $row (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $rows)))))

  ;; The greatest of four values, four times.
  (func $greatest (param $values v128) (result v128)
    (local.set $values (f32x4.pmax (local.get $values)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $values) (local.get $values))))
    (f32x4.pmax (local.get $values)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $values) (local.get $values))))

  (func $sum (param $values v128) (result f32)
    (local.set $values (f32x4.add (local.get $values)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $values) (local.get $values))))
    (f32.add (f32x4.extract_lane 0 (local.get $values)) (f32x4.extract_lane 1 (local.get $values))))

  ;; Slopes of an image along x and along y: a three-tap difference smoothed across by $side, $middle, $side. $masks is a row
  ;; that is 0 beyond the image, where the slopes are to stay 0.
  (func (export "slopes")
    (param $from i32) (param $stride i32) (param $side4 f32) (param $middle4 f32) (param $masks i32) (param $width i32)
    (param $rows i32) (param $dxs i32) (param $dys i32)
    (local $x i32) (local $above i32) (local $here i32) (local $below i32) (local $falling v128) (local $rising v128)
    (local $dx v128) (local $dy v128) (local $side v128) (local $middle v128)
    (local.set $side (f32x4.splat (local.get $side4)))
    (local.set $middle (f32x4.splat (local.get $middle4)))
    (loop $row
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $above (i32.add (i32.sub (local.get $from) (local.get $stride)) (local.get $x)))
        (local.set $here (i32.add (local.get $from) (local.get $x)))
        (local.set $below (i32.add (local.get $here) (local.get $stride)))
        ;; The corners' differences along both diagonals: their sum and their difference are those along x and along y.
        (local.set $falling (f32x4.sub (v128.load offset=4 (local.get $below)) (v128.load (i32.sub (local.get $above) (i32.const 4)))))
        (local.set $rising (f32x4.sub (v128.load offset=4 (local.get $above)) (v128.load (i32.sub (local.get $below) (i32.const 4)))))
        (local.set $dx
          (f32x4.add (f32x4.mul (local.get $side) (f32x4.add (local.get $falling) (local.get $rising)))
            (f32x4.mul (local.get $middle)
              (f32x4.sub (v128.load offset=4 (local.get $here)) (v128.load (i32.sub (local.get $here) (i32.const 4)))))))
        (local.set $dy
          (f32x4.add (f32x4.mul (local.get $side) (f32x4.sub (local.get $falling) (local.get $rising)))
            (f32x4.mul (local.get $middle) (f32x4.sub (v128.load (local.get $below)) (v128.load (local.get $above))))))
        (v128.store (i32.add (local.get $dxs) (local.get $x))
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x))) (local.get $dx)))
        (v128.store (i32.add (local.get $dys) (local.get $x))
          (v128.and (v128.load (i32.add (local.get $masks) (local.get $x))) (local.get $dy)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $from (i32.add (local.get $from) (local.get $stride)))
      (local.set $dxs (i32.add (local.get $dxs) (local.get $stride)))
      (local.set $dys (i32.add (local.get $dys) (local.get $stride)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Products of an image's slopes, xx, xy and yy, each summed over $block / 4 pixels of its row from $start on: to three
  ;; planes, $plane apart, of rows $width long. $edges lists the places, to and from, that are copied within the three lines of
  ;; products, $size apart from $line on, to stand for what lies beyond the image.
  (func (export "products")
    (param $from i32) (param $stride i32) (param $side4 f32) (param $middle4 f32) (param $width i32) (param $rows i32)
    (param $line i32) (param $size i32) (param $edges i32) (param $edgesEnd i32) (param $block i32) (param $start i32)
    (param $to i32) (param $plane i32)
    (local $x i32) (local $above i32) (local $here i32) (local $below i32) (local $falling v128) (local $rising v128)
    (local $dx v128) (local $dy v128) (local $side v128) (local $middle v128)
    (local $at i32) (local $part i32) (local $end i32)
    (local $out i32)
    (local.set $side (f32x4.splat (local.get $side4)))
    (local.set $middle (f32x4.splat (local.get $middle4)))
    (loop $row
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $above (i32.add (i32.sub (local.get $from) (local.get $stride)) (local.get $x)))
        (local.set $here (i32.add (local.get $from) (local.get $x)))
        (local.set $below (i32.add (local.get $here) (local.get $stride)))
        ;; The corners' differences along both diagonals: their sum and their difference are those along x and along y.
        (local.set $falling (f32x4.sub (v128.load offset=4 (local.get $below)) (v128.load (i32.sub (local.get $above) (i32.const 4)))))
        (local.set $rising (f32x4.sub (v128.load offset=4 (local.get $above)) (v128.load (i32.sub (local.get $below) (i32.const 4)))))
        (local.set $dx
          (f32x4.add (f32x4.mul (local.get $side) (f32x4.add (local.get $falling) (local.get $rising)))
            (f32x4.mul (local.get $middle)
              (f32x4.sub (v128.load offset=4 (local.get $here)) (v128.load (i32.sub (local.get $here) (i32.const 4)))))))
        (local.set $dy
          (f32x4.add (f32x4.mul (local.get $side) (f32x4.sub (local.get $falling) (local.get $rising)))
            (f32x4.mul (local.get $middle) (f32x4.sub (v128.load (local.get $below)) (v128.load (local.get $above))))))
        (v128.store (local.tee $at (i32.add (local.get $line) (local.get $x))) (f32x4.mul (local.get $dx) (local.get $dx)))
        (v128.store (local.tee $at (i32.add (local.get $at) (local.get $size))) (f32x4.mul (local.get $dx) (local.get $dy)))
        (v128.store (i32.add (local.get $at) (local.get $size)) (f32x4.mul (local.get $dy) (local.get $dy)))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $part (i32.const 3))
      (local.set $here (local.get $line))
      (local.set $out (local.get $to))
      (loop $line
        (local.set $at (local.get $edges))
        (loop $edge
          (f32.store (i32.add (local.get $here) (i32.load (local.get $at)))
            (f32.load (i32.add (local.get $here) (i32.load offset=4 (local.get $at)))))
          (br_if $edge (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $edgesEnd))))
        (local.set $x (i32.const 0))
        (loop $vector
          (local.set $at (i32.add (i32.add (local.get $here) (local.get $start)) (local.get $x)))
          (local.set $end (i32.add (local.get $at) (local.get $block)))
          (local.set $dx (v128.load (local.get $at)))
          (loop $pixel
            (if (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))
              (then
                (local.set $dx (f32x4.add (local.get $dx) (v128.load (local.get $at))))
                (br $pixel))))
          (v128.store (i32.add (local.get $out) (local.get $x)) (local.get $dx))
          (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
        (local.set $here (i32.add (local.get $here) (local.get $size)))
        (local.set $out (i32.add (local.get $out) (local.get $plane)))
        (br_if $line (local.tee $part (i32.sub (local.get $part) (i32.const 1)))))
      (local.set $from (i32.add (local.get $from) (local.get $stride)))
      (local.set $to (i32.add (local.get $to) (local.get $width)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; The smaller eigenvalue of each pixel's structure tensor: three planes, $plane apart, summed over $block / 4 rows, whose
  ;; places $lines lists from the first row's on.
  (func (export "eigenvalues")
    (param $from i32) (param $plane i32) (param $lines i32) (param $block i32) (param $width i32) (param $rows i32)
    (param $to i32)
    (local $x i32) (local $k i32) (local $at i32) (local $xx v128) (local $xy v128) (local $yy v128)
    (loop $row
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $xx (v128.const i32x4 0 0 0 0))
        (local.set $xy (v128.const i32x4 0 0 0 0))
        (local.set $yy (v128.const i32x4 0 0 0 0))
        (local.set $k (i32.const 0))
        (loop $line
          (local.set $at (i32.add (i32.add (local.get $from) (i32.load (i32.add (local.get $lines) (local.get $k)))) (local.get $x)))
          (local.set $xx (f32x4.add (local.get $xx) (v128.load (local.get $at))))
          (local.set $xy (f32x4.add (local.get $xy) (v128.load (local.tee $at (i32.add (local.get $at) (local.get $plane))))))
          (local.set $yy (f32x4.add (local.get $yy) (v128.load (i32.add (local.get $at) (local.get $plane)))))
          (br_if $line (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 4))) (local.get $block))))
        (v128.store (i32.add (local.get $to) (local.get $x))
          (f32x4.mul (v128.const f32x4 0.5 0.5 0.5 0.5)
            (f32x4.sub (f32x4.add (local.get $xx) (local.get $yy))
              (f32x4.sqrt
                (f32x4.add
                  (f32x4.mul (local.tee $xx (f32x4.sub (local.get $xx) (local.get $yy))) (local.get $xx))
                  (f32x4.mul (local.tee $xy (f32x4.add (local.get $xy) (local.get $xy))) (local.get $xy)))))))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $to (i32.add (local.get $to) (local.get $width)))
      (local.set $lines (i32.add (local.get $lines) (i32.const 4)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; Half an image: smoothed with 1 4 6 4 1, every second pixel kept, and rounded. $line has room for two more vectors than the
  ;; image's columns; $width and $toStride are the result's.
  (func (export "halve")
    (param $from i32) (param $stride i32) (param $line i32) (param $to i32) (param $toStride i32) (param $width i32)
    (param $rows i32)
    (local $x i32) (local $at i32) (local $one i32) (local $two i32) (local $sum v128) (local $a v128) (local $b v128)
    (local $c v128) (local $d v128) (local $four v128) (local $six v128)
    (local.set $four (v128.const f32x4 4 4 4 4))
    (local.set $six (v128.const f32x4 6 6 6 6))
    (local.set $one (local.get $stride))
    (local.set $two (i32.add (local.get $stride) (local.get $stride)))
    (loop $row
      ;; The line begins two pixels before the image.
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $at (i32.add (i32.sub (local.get $from) (i32.const 8)) (local.get $x)))
        (v128.store (i32.add (local.get $line) (local.get $x))
          (f32x4.add
            (f32x4.add
              (v128.load (i32.sub (local.get $at) (local.get $two)))
              (v128.load (i32.add (local.get $at) (local.get $two))))
            (f32x4.add
              (f32x4.mul (local.get $four)
                (f32x4.add
                  (v128.load (i32.sub (local.get $at) (local.get $one)))
                  (v128.load (i32.add (local.get $at) (local.get $one)))))
              (f32x4.mul (local.get $six) (v128.load (local.get $at))))))
        (br_if $vector
          (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16)))
            (i32.add (i32.shl (local.get $width) (i32.const 1)) (i32.const 32)))))
      (local.set $x (i32.const 0))
      (loop $vector
        (local.set $at (i32.add (local.get $line) (i32.shl (local.get $x) (i32.const 1))))
        (local.set $a (v128.load (local.get $at)))
        (local.set $b (v128.load offset=16 (local.get $at)))
        (local.set $c (v128.load offset=8 (local.get $at)))
        (local.set $d (v128.load offset=24 (local.get $at)))
        (v128.store (i32.add (local.get $to) (local.get $x))
          (f32x4.floor
            (f32x4.add (v128.const f32x4 0.5 0.5 0.5 0.5)
              (f32x4.mul (v128.const f32x4 0.00390625 0.00390625 0.00390625 0.00390625)
                (f32x4.add
                  (f32x4.add
                    (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $a) (local.get $b))
                    (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27
                      (v128.load offset=16 (local.get $at)) (v128.load offset=32 (local.get $at))))
                  (f32x4.add
                    (f32x4.mul (local.get $four)
                      (f32x4.add
                        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $a) (local.get $b))
                        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $c) (local.get $d))))
                    (f32x4.mul (local.get $six)
                      (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $c) (local.get $d)))))))))
        (br_if $vector (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 16))) (local.get $width))))
      (local.set $from (i32.add (local.get $from) (local.get $two)))
      (local.set $to (i32.add (local.get $to) (local.get $toStride)))
      (br_if $row (local.tee $rows (i32.sub (local.get $rows) (i32.const 1)))))))
