import{b as u,d as l,e as g}from"./mybmw-chunk-JOT6AZ72.js";var x=`
  body { font: 11pt/1.4 system-ui, sans-serif; color: #000; background: #fff; margin: 0; }
  h1 { font-size: 16pt; margin: 0; }
  h2 { font-size: 12pt; margin: 16pt 0 4pt; }
  table { width: 100%; border-collapse: collapse; font-size: 9pt; }
  th, td { text-align: start; vertical-align: top; padding: 2pt 8pt 2pt 0; border-bottom: 0.5pt solid #999; }
  td, th { overflow-wrap: anywhere; }
  td { font-variant-numeric: tabular-nums; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
`;function y(i,s,d,a){let t=d.map(o=>a.map(([,c])=>c(o)??"")),r=a.map((o,c)=>t.some(n=>n[c]));return t.length?u`<h2>${i.text(s)}</h2>
    <table>
      <thead>
        <tr>
          ${a.map(([o],c)=>r[c]?u`<th>${i.text(o)}</th>`:l)}
        </tr>
      </thead>
      <tbody>
        ${t.map(o=>u`<tr>
              ${o.map((c,n)=>r[n]?u`<td><bdi>${c}</bdi></td>`:l)}
            </tr>`)}
      </tbody>
    </table>`:u``}function T(i,{month:s,trips:d,charges:a,totals:t,units:r}){let{format:o}=i,c=i.car.drive==="plug_in_hybrid",n=(e,m,p=1)=>typeof e=="number"?o.quantity(e,m,p):void 0,f=(e={})=>Object.entries(e).map(([m,p])=>o.money(p,m)).join(", "),b=[["distance",n(t.distance,r.distance)],["trips_count",n(t.trips,void 0,0)],["consumption",n(t.consumption,r.consumption)],["fuel",n(t.fuel,r.fuel)],["consumption",n(t.fuel_consumption,r.fuel_consumption)],["cost",f(t.fuel_costs)],["electric_share",c?n(t.electric_share,"%",0):void 0],["charges_count",n(t.charges,void 0,0)],["part_charges",n(t.charged,r.energy)],["cost",f(t.costs)]],_=[["column_date",e=>o.date(e.start??e.end)],["column_route",e=>[e.from,e.to].filter(Boolean).join(" – ")],["distance",e=>n(e.distance,r.distance)],["column_duration",e=>e.duration===null?"":o.duration(e.duration)],["consumption",e=>n(e.consumption,r.consumption)],["fuel",e=>n(e.fuel_consumption,r.fuel_consumption)],["electric_share",e=>c?n(e.electric_share,"%",0):""],["column_purpose",e=>e.category]],h=e=>e===null?"":o.quantity(e,"%",0),$=[["column_date",e=>o.date(e.start??e.end??"")],["part_place",e=>e.place],["energy",e=>n(e.energy,r.energy)],["column_level",({soc_start:e,soc_end:m})=>[h(e),h(m)].filter(Boolean).join(" – ")],["cost",e=>e.cost===null?"":o.money(e.cost,e.currency)]];return u`<h1><bdi>${i.car.name}</bdi>: ${o.month(s)}</h1>
    <table>
      <tbody>
        ${b.map(([e,m])=>m?u`<tr>
                <th>${i.text(e)}</th>
                <td>${m}</td>
              </tr>`:l)}
      </tbody>
    </table>
    ${y(i,"part_trips",[...d].reverse(),_)}
    ${y(i,"part_charges",[...a].reverse(),$)}`}function C(i){let s=document.createElement("iframe");s.style.cssText="position:fixed;width:0;height:0;border:0",s.addEventListener("load",()=>{let{contentDocument:d,contentWindow:a}=s;if(!d||!a)return;d.documentElement.lang=document.documentElement.lang,d.documentElement.dir=getComputedStyle(document.documentElement).direction;let t=d.createElement("style");t.textContent=x,d.head.append(t),g(i,d.body),a.addEventListener("afterprint",()=>setTimeout(()=>s.remove())),a.print()}),document.body.append(s)}export{C as print,T as report};
