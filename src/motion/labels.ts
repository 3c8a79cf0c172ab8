/**
 * The 61 exercises of the competition, by label.
 *
 * @example
 * labelNames[26]; // "Non-Exercise"
 */
export const labelNames: readonly string[] = [
  "Arm Band Adjustment",
  "Band Pull-Down Row",
  "Bicep Curl",
  "Biceps Curl (band)",
  "Burpee",
  "Butterfly Sit-up",
  "Chest Press (rack)",
  "Crunch",
  "Device on Table",
  "Dip",
  "Dumbbell Deadlift Row",
  "Dumbbell Row (knee on bench) (label spans both arms)",
  "Dumbbell Row (knee on bench) (left arm)",
  "Dumbbell Row (knee on bench) (right arm)",
  "Dumbbell Squat (hands at side)",
  "Dynamic Stretch (at your own pace)",
  "Elliptical machine",
  "Fast Alternating Punches",
  "Jump Rope",
  "Jumping Jacks",
  "Kettlebell Swing",
  "Lateral Raise",
  "Lawnmower (left arm)",
  "Lawnmower (right arm)",
  "Lunge (alternating both legs, weight optional)",
  "Medicine Ball Slam",
  "Non-Exercise",
  "Overhead Triceps Extension",
  "Plank",
  "Power Boat pose",
  "Pushup (knee or foot variation)",
  "Pushups",
  "Repetitive Stretching",
  "Rowing machine",
  "Running (treadmill)",
  "Russian Twist",
  "Seated Back Fly",
  "Shoulder Press (dumbbell)",
  "Side Plank Left side",
  "Side Plank Right side",
  "Sit-up (hands positioned behind head)",
  "Sit-ups",
  "Squat",
  "Squat (arms in front of body, parallel to ground)",
  "Squat (hands behind head)",
  "Squat (kettlebell / goblet)",
  "Squat Jump",
  "Squat Rack Shoulder Press",
  "Static Stretch (at your own pace)",
  "Static stretch",
  "Tap Right Device",
  "Triceps Kickback (knee on bench) (label spans both arms)",
  "Triceps Kickback (knee on bench) (left arm)",
  "Triceps Kickback (knee on bench) (right arm)",
  "Triceps extension (lying down)",
  "Two-arm Dumbbell Curl (both arms, not alternating)",
  "V-up",
  "Walk",
  "Walking lunge",
  "Wall Ball",
  "Wall Squat",
];

/**
 * How many of the competition's 3,125 training windows have each label.
 *
 * @example
 * labelCounts[26]; // 1518
 */
export const labelCounts: readonly number[] = [
  12, 21, 20, 23, 35, 25, 24, 26, 97, 37, 20, 23, 12, 12, 25, 25, 22, 27, 47, 20, 26, 27, 19, 20, 35, 24,
  1518, 34, 55, 20, 35, 20, 18, 20, 22, 30, 28, 35, 20, 20, 34, 20, 20, 35, 21, 22, 20, 26, 25, 30, 37, 24,
  12, 13, 23, 37, 36, 20, 20, 23, 48,
];
