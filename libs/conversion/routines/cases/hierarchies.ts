import { type CaseGroup, many, one } from './case-group.ts';

/** hierarchyid, carried over as the text of its path. */
export const HIERARCHIES: CaseGroup = {
  name: 'hierarchies',
  script: `
CREATE TABLE dbo.Unit (UnitId int NOT NULL PRIMARY KEY, Place hierarchyid NULL, Depth AS Place.GetLevel(), Name varchar(20) NULL)
GO
CREATE PROCEDURE dbo.UnitsBelow @UnitId int AS
SELECT u.Name, u.Place.ToString() AS Path, u.Depth, p.Name AS Above
FROM Unit AS u LEFT JOIN Unit AS p ON u.Place.GetAncestor(1) = p.Place
WHERE u.Place.IsDescendantOf((SELECT Place FROM Unit WHERE UnitId = @UnitId)) = 1
ORDER BY u.Place
GO
CREATE PROCEDURE dbo.MoveUnits @From hierarchyid, @To hierarchyid AS
UPDATE Unit SET Place = Place.GetReparentedValue(@From, @To) WHERE Place.IsDescendantOf(@From) = 1
GO
CREATE FUNCTION dbo.Above (@Path varchar(50), @Steps int) RETURNS varchar(50) AS
BEGIN
  DECLARE @h hierarchyid = hierarchyid::Parse(@Path)
  IF @h = hierarchyid::GetRoot() RETURN 'root'
  RETURN @h.GetAncestor(@Steps).ToString()
END
GO`,
  issues: [],
  cases: [
    many(
      'what is below, in the order of the steps, each with what is above',
      [
        `INSERT INTO unit (unit_id, place, name) VALUES (1, '/', 'all'), (2, '/2/', 'two'), (3, '/10/', 'ten'), (4, '/2/1/', 'two one'), (5, NULL, 'none')`,
        'SELECT * FROM units_below(1)',
      ],
      'all|/|0|NULL',
      'two|/2/|1|all',
      'two one|/2/1/|2|two',
      'ten|/10/|1|all',
    ),
    many(
      'a part that moves',
      [
        `INSERT INTO unit (unit_id, place) VALUES (1, '/1/'), (2, '/1/5/'), (3, '/2/'), (4, '/12/')`,
        `CALL move_units('/1/', '/2/7/')`,
        'SELECT unit_id, place FROM unit ORDER BY unit_id',
      ],
      '1|/2/7/',
      '2|/2/7/5/',
      '3|/2/',
      '4|/12/',
    ),
    one(
      'steps above',
      `SELECT above('/1/2/3/', 0), above('/1/2/3/', 2), above('/1/2/', 3), above('/', 1), above(NULL, 1)`,
      '/1/2/3/|/1/|NULL|root|NULL',
    ),
  ],
};
